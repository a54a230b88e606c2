import TOML
import Testing

@Suite("Errors of the TOML reader")
struct ErrorTests {
    @Test(
        "An error has its position, what is wrong, and what to do",
        arguments: [
            ("a = team", 1, 5, "a text stands here without quotes", "Put text in quotes"),
            ("a = https://x", 1, 5, "a text stands here without quotes", "Put text in quotes"),
            ("a = 10.0.0.1", 1, 5, "this is no number, date or time", "Put text in quotes"),
            ("a = 1979-02-30", 1, 5, "this is no number, date or time", "Put text in quotes"),
            ("a = True", 1, 5, "a text stands here without quotes", "true and false have small letters"),
            ("a = @x", 1, 5, "no value begins with this character", "Put text in quotes"),
            ("a =\nb = 1", 1, 4, "a value is missing here", "key = \"value\""),
            ("a", 1, 2, "a key is not followed by =", "key = \"value\""),
            ("= 1", 1, 1, "the name of a key or section is missing here", "A name has letters"),
            ("[]", 1, 2, "the name of a key or section is missing here", "A name has letters"),
            ("\n [a", 2, 4, "the name of a section is not followed by its bracket", "[name]"),
            ("[[a]", 1, 5, "the name of a section is not followed by its bracket", "[[name]]"),
            ("a = 1 2", 1, 7, "something follows where the line should end", "one key = value on each line"),
            ("a = \"x\nb = 1", 1, 5, "a text is not closed on its line", "the quote that it begins with"),
            ("a = 'x", 1, 5, "a text is not closed on its line", "the quote that it begins with"),
            ("a = \"\"\"x\n\n", 1, 5, "a text of several lines is never closed", "three quotes"),
            ("a = \"x\\qy\"", 1, 7, "a backslash stands here before a character that has no such meaning", "Write \\\\"),
            ("a = \"\\u00e\"", 1, 6, "an escape has fewer than 4 hexadecimal digits", "\\u00E9"),
            ("a = \"\\uD800\"", 1, 6, "an escape names no Unicode character", "Write the character itself"),
            ("a = 9223372036854775808", 1, 5, "this number is larger than 64 bits hold", "a smaller one"),
            ("a = 1e999", 1, 5, "this number is larger than 64 bits hold", "a smaller one"),
            ("a = [\n  1\n  2\n]", 3, 3, "neither , nor ] follows, in the array that begins on line 1", "commas"),
            ("a = [1,\n[b]\n", 2, 2, "a text stands here without quotes, in the array that begins on line 1", "quotes"),
            ("a = [1,\n", 2, 1, "neither , nor ] follows, in the array that begins on line 1", "] at its end"),
            ("a = {b = 1\n}", 1, 11, "neither , nor } follows", "on one line"),
            ("a = {b = 1,}", 1, 12, "the name of a key or section is missing here", "A name has letters"),
            ("# \u{0}", 1, 3, "a NUL character stands here", "Remove it"),
            ("a = \"\u{1B}\"", 1, 6, "a control character stands here", "\\u001B"),
            ("a = 1\rb = 2", 1, 6, "something follows where the line should end", "one key = value on each line"),
            ("# x\rb = 2", 1, 4, "a carriage return stands here without a line feed", "line feeds"),
        ])
    func syntax(text: String, line: Int, column: Int, message: String, mend: String) throws {
        let error = try #require(refusal(text))
        #expect(error.code == .syntax)
        #expect(error.position == TOMLPosition(line: line, column: column))
        #expect(error.message == message)
        #expect(error.mend.contains(mend))
    }

    @Test(
        "The error of a second definition names the line of the first one",
        arguments: [
            ("a = 1\nb = 1\na = 2", 3, 1, "this key has a value already, on line 1"),
            ("[a]\n[b]\n[a]", 3, 2, "this table is defined already, on line 1"),
            ("[[a]]\n[a]", 2, 2, "this is an array of tables already, on line 1"),
            ("[a]\nb.c = 1\n[a.b]", 3, 4, "this table is defined already, on line 2"),
            ("a = {b = 1}\na.c = 1", 2, 1, "this key has a value already, on line 1"),
            ("a = {b = 1, b = 2}", 1, 13, "this key has a value already, on line 1"),
        ])
    func redefinition(text: String, line: Int, column: Int, message: String) throws {
        let error = try #require(refusal(text))
        #expect(error.code == .redefinition)
        #expect(error.position == TOMLPosition(line: line, column: column))
        #expect(error.message == message)
    }

    @Test("Names that only look alike are two names")
    func names() throws {
        let table = try TOMLTable(parsing: Array("\"e\u{301}\" = 1\n\"\u{E9}\" = 2".utf8))
        #expect(table.entries.count == 2)
    }

    @Test("The error of bytes that are not UTF-8 has their position")
    func encoding() {
        let error = refusal(Array("a = 1\nb = \"é".utf8) + [0xFF])
        #expect(error?.code == .encoding)
        #expect(error?.position == TOMLPosition(line: 2, column: 7))
    }

    @Test("No error quotes the text", arguments: ["{}", "\"{}", "'{}", "\"\\q{}\"", "[{}", "{{}", "0x{}", "true{}", "1 {}"])
    func secrets(form: String) throws {
        let error = try #require(refusal("a = " + form.replacing("{}", with: "SECRETsecret")))
        #expect(!"\(error)".contains("SECRET"))
    }
}

func refusal(_ text: String) -> TOMLError? { refusal(Array(text.utf8)) }

func refusal(_ bytes: [UInt8], _ limits: TOMLLimits = TOMLLimits()) -> TOMLError? {
    do {
        _ = try TOMLTable(parsing: bytes, limits: limits)
        return nil
    } catch {
        return error
    }
}
