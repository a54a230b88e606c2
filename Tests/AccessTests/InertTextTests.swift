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

    @Test("Characters that cannot be seen are dropped: controls, reordering, zero width")
    func invisible() {
        #expect(InertText.code("a\u{0}b\u{202E}c\u{200B}d\u{1B}[31m", limit: 500) == "`abcd[31m`")
        #expect(InertText.code(" \u{200B}\n\t", limit: 500).isEmpty)
    }

    @Test(
        "Bytes that are no text are shown as such and neither end the span nor begin a line",
        arguments: [
            [0xFF], [0xC1, 0xA0], [0xC0, 0x8A], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80, 0xE2, 0x80],
        ])
    func undecodable(_ bytes: [UInt8]) {
        let code = InertText.code(String(decoding: [0x61] + bytes + [0x60, 0x62], as: UTF8.self), limit: 500)
        #expect(code.hasPrefix("`a\u{FFFD}") && code.hasSuffix("\u{2019}b`"))
        #expect(code.dropFirst().dropLast().allSatisfy { !$0.isNewline && $0 != "`" })
    }

    @Test("Texts that have no room are counted, so that nothing is hidden behind long ones")
    func list() {
        let long = String(repeating: "r", count: 98)
        #expect(InertText.list(["a", "b"], limit: 10) == "`a, b`")
        let shown = "`\(long), \(long), \(long)` and 1 more"
        #expect(InertText.list(Array(repeating: long, count: 3) + ["admin"], limit: 300) == shown)
        #expect(InertText.list([String(repeating: "r", count: 400), "x", "admin"], limit: 10) == "`rrrrrrrrrr…` and 2 more")
        #expect(InertText.list(["aaaa", "bbbb", "cccc"], onLines: true, limit: 10) == "`aaaa`\n`bbbb`\nand 1 more")
        #expect(InertText.list([], limit: 10).isEmpty && InertText.list(["rrrrrr"], limit: 3) == "`rrr…`")
        let many = InertText.list((0..<5000).map { "role-\($0)" }, limit: 300)
        #expect(many.hasSuffix(" more") && many.hasPrefix("`role-0, role-1, "))
    }

    @Test("At most the limit's characters are shown, and a cut is marked")
    func limit() {
        #expect(InertText.code(String(repeating: "é", count: 500), limit: 500) == "`\(String(repeating: "é", count: 500))`")
        #expect(InertText.code(String(repeating: "é", count: 501), limit: 500) == "`\(String(repeating: "é", count: 500))…`")
    }

    @Test("A character that JSON escapes to six characters counts as six, so that a post stays within the server's limit")
    func escapes() {
        #expect(InertText.code(String(repeating: "<", count: 500), limit: 500).count < 340 / 2 + 3)
    }

    @Test("A notification mentions nobody")
    func plain() {
        #expect(InertText.plain("ask @all\nnow", limit: 80) == "ask @\u{200B}all now")
    }

    @Test("No character that people can write makes a backtick inside a code span")
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

    /// All scalars that could hide beside another character: combining marks, formatting and control characters, spaces, and
    /// scalars that are displayed as nothing.
    private static let hiding: [Unicode.Scalar] =
        (UInt32(0)...0x10FFFF).compactMap(Unicode.Scalar.init).filter {
            switch $0.properties.generalCategory {
            case .nonspacingMark, .spacingMark, .enclosingMark, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator,
                .control:
                true
            default: $0.properties.isDefaultIgnorableCodePoint || $0.properties.isVariationSelector
            }
        } + ["\u{0D4E}"]

    @Test("No invisible character of Unicode beside a Markdown character brings that one through")
    func hidden() async {
        #expect(Self.hiding.count > 2000)
        for scalar in Self.hiding {
            // Tests with time limits run beside this one.
            await Task.yield()
            for mark in ["`", "@", "[", "]", "(", ")", "<", ">"] {
                let text = "a\(scalar)\(mark)\(scalar)all"
                let code = InertText.code(text, limit: 50)
                for line in code.unicodeScalars.split(separator: "\n") {
                    let inner = line.dropFirst().dropLast()
                    guard line.first == "`", line.last == "`", !inner.contains("`") else {
                        Issue.record("U+\(String(scalar.value, radix: 16)) \(mark)")
                        continue
                    }
                }
                let label = InertText.label(text, limit: 50).unicodeScalars
                let plain = Array(InertText.plain(text, limit: 50).unicodeScalars)
                let mentions = zip(plain, plain.dropFirst()).contains { $0 == "@" && $1 != "\u{200B}" }
                if mentions || label.contains(where: { "[]()<>`".unicodeScalars.contains($0) }) {
                    Issue.record("U+\(String(scalar.value, radix: 16)) \(mark)")
                }
            }
        }
    }

    @Test("A character of thousands of marks is shown with a few, and takes no more room than others")
    func marks() {
        let heap = "a" + String(repeating: "\u{301}", count: 5000) + "b"
        let code = InertText.code(heap, limit: 500)
        #expect(code.utf8.count < 50 && code.unicodeScalars.contains("b"))
        let many = String(repeating: "a" + String(repeating: "\u{20E3}", count: 15), count: 500)
        for limit in [20, 100, 500] { #expect(InertText.code(many, limit: limit).utf8.count <= limit * 4 + 8) }
        #expect(InertText.code(String(repeating: "👩‍👩‍👧‍👦", count: 500), limit: 100).utf8.count <= 408)
    }

    @Test(
        "A text that displays nothing is blank",
        arguments: [
            "", " ", "\u{3000}\u{200B}", "\u{2800}", "\u{3164}\u{115F}", "\u{FE0F}\u{34F}", "\u{E0041}", "\u{301}\u{20E3}",
            "\n\t\u{A0}\u{2060}", "\u{200D}", "\u{AD}", "\u{0}",
        ])
    func blank(_ text: String) {
        #expect(InertText.isBlank(text) && InertText.trimmed(text).isEmpty)
    }

    @Test("A text that displays something is not blank, and keeps its combining marks when it is trimmed")
    func shown() {
        #expect(!InertText.isBlank("\u{3000}.\u{200B}") && InertText.trimmed("\u{3000}.\u{200B}") == ".")
        #expect(InertText.trimmed(" cafe\u{301} ").unicodeScalars.elementsEqual("cafe\u{301}".unicodeScalars))
        #expect(InertText.trimmed("❤\u{FE0F} ").unicodeScalars.elementsEqual("❤\u{FE0F}".unicodeScalars))
    }
}
