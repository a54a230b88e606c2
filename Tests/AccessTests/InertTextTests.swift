import Access
import TestSupport
import Testing

@Suite("Text that people wrote")
struct InertTextTests {
    @Test("Markdown, mentions and links stay inside a code span")
    func spans() {
        #expect(InertText.code("**now** @channel [x](http://evil)", limit: 500) == "`**now** @channel [x](http://evil)`")
    }

    @Test("A backtick cannot close the span", arguments: ["`@channel`", "``` x", "a`b``c", "`"])
    func backticks(_ text: String) {
        let code = InertText.code(text, limit: 500)
        #expect(code.filter { $0 == "`" }.count == 2)
        #expect(code.first == "`" && code.last == "`")
    }

    @Test(
        "Each line is a span of its own and empty lines are dropped",
        arguments: ["a\n\n@all", "a\r\n\r\n@all", "a\u{2028}@all"])
    func lines(_ text: String) {
        #expect(InertText.code(text, limit: 500) == "`a`\n`@all`")
    }

    @Test("What cannot be seen is dropped: controls, reordering, zero width")
    func invisible() {
        #expect(InertText.code("a\u{0}b\u{202E}c\u{200B}d\u{1B}[31m", limit: 500) == "`abcd[31m`")
        #expect(InertText.code(" \u{200B}\n\t", limit: 500).isEmpty)
    }

    @Test("At most the limit's characters are shown, and a cut is marked")
    func limit() {
        #expect(InertText.code(String(repeating: "é", count: 500), limit: 500) == "`\(String(repeating: "é", count: 500))`")
        #expect(InertText.code(String(repeating: "é", count: 501), limit: 500) == "`\(String(repeating: "é", count: 500))…`")
    }

    @Test("What JSON escapes to six characters counts as such, so that a post stays within the server's limit")
    func escapes() {
        #expect(InertText.code(String(repeating: "<", count: 500), limit: 500).count < 340 / 2 + 3)
    }

    @Test("A notification mentions nobody")
    func plain() {
        #expect(InertText.plain("ask @all\nnow", limit: 80) == "ask @\u{200B}all now")
    }

    @Test("Nothing that people can write makes a backtick inside a span, whatever it is")
    func anything() {
        var random = SplitMix64(seed: 1)
        let alphabet: [Character] = ["`", "\n", "\r", "@", "a", " ", "\\", "~", "*", "\u{200B}", "\u{2029}", "´", "<", "👩‍👩‍👧"]
        for _ in 0..<2000 {
            let text = String(
                (0..<Int.random(in: 0...30, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "a" })
            for line in InertText.code(text, limit: 20).split(separator: "\n", omittingEmptySubsequences: false)
            where !line.isEmpty {
                #expect(line.first == "`" && line.last == "`" && line.dropFirst().dropLast().allSatisfy { $0 != "`" })
            }
        }
    }
}
