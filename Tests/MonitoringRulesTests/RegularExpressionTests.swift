import Testing

@testable import MonitoringRules

@Suite("Regular expressions in conditions")
struct RegularExpressionTests {
    private func replaced(_ text: String, _ pattern: String, _ replacement: String) throws -> String? {
        var evaluation = Evaluation(World().facts)
        let results = try RegularExpression.replace(
            in: [Text(text)], Text(pattern), with: Text(replacement), &evaluation)
        return results.first?.string
    }

    @Test(
        "All matches are replaced, as in Go",
        arguments: [
            ("role-dev-eu", "^role-(.*)-(.*)$", "$2/$1", "eu/dev"), ("abc", "b", "[$0]", "a[b]c"), ("aaa", "a*", "x", "x"),
            ("baab", "a*", "x", "xbxbx"), ("abc", "", "-", "-a-b-c-"), ("abab", "(?:ab)+", "x", "x"), ("ab", "a|ab", "x", "xb"),
            ("aaaa", "a{2}", "x", "xx"), ("aaaa", "a{1,3}?", "x", "xxxx"), ("aaaa", "a{3,}", "x", "x"),
            ("a{b", "a{", "x", "xb"),
            ("a1b22", "[0-9]+", "#", "a#b#"), ("a-b]c", "[]-]", "_", "a_b_c"), ("x.y", #"\."#, "-", "x-y"),
            ("x.y", ".", "-", "---"),
            ("ÄÖ", "[^Ä]", "x", "Äx"), ("Foo", "(?i)fo+", "x", "x"), ("fOo", "f(?i:o)o", "x", "x"),
            ("FOO", "f(?i:o)o|F", "x", "xOO"),
            ("a\nb", "(?m)^b$", "x", "a\nx"), ("a\nb", "a.b|a", "x", "x\nb"), ("a\nb", "(?s)a.b", "x", "x"),
            ("one two", #"\b\w+\b"#, "<$0>", "<one> <two>"), ("ab", #"\Bb"#, "x", "ax"), ("ab", #"\Aab\z"#, "x", "x"),
            ("dev", "(?P<name>d)", "${name}_$name", "d_dev"), ("dev", "(?<n>d)", "$n$$", "d$ev"), ("dev", "(d)", "$1x", "ev"),
            ("dev", "(d)", "${1}x$2${", "dx${ev"), ("dev", "(d)|(x)", "[$2]", "[]ev"), ("aXbX", "[[:upper:]]", "", "ab"),
            ("tab\t", #"\x09|\x{61}"#, "!", "t!b!"), ("aab", "(a+?)(a*)", "$1.$2.", "a.a.b"),
            ("aab", "(?U)(a+)(a*)", "$1.$2.", "a..a..b"),
            ("(x)", #"[\(\)]"#, "", "x"), ("a^b", #"[\^a]"#, "", "b"), ("xay", "(x|y|)a", "[$1]", "[x]y"),
        ])
    func replaces(text: String, pattern: String, replacement: String, result: String) throws {
        #expect(try replaced(text, pattern, replacement) == result, "\(pattern)")
    }

    @Test("A text without a match is left out, and so is one that becomes empty")
    func omitted() throws {
        #expect(try replaced("abc", "x", "y") == nil)
        #expect(try replaced("abc", ".*", "") == nil)
        #expect(
            try World(roles: ["team-a", "other"]).meets(
                #"regexp.replace($R, "^team-(.*)$", "$1").contains("a") && !regexp.replace($R, "^team-(.*)$", "$1").contains("other")"#
            ))
    }

    @Test(
        "An expression that Go refuses, or that is not supported, is a fault",
        arguments: [
            "(", ")", "[", "[b-a]", "*a", "a**", "a{2}{3}", "a{1001}", "a{3,2}", #"\"#, #"\1"#, #"\pL"#, #"\Qa\E"#, "(?=a)",
            "(?!a)",
            "(?<=a)", "(?P<n>a)(?P<n>b)", "(?P<>a)", "[[:foo:]]", #"\x{110000}"#, "(?x)a", "((a{100}){100}){100}",
        ])
    func refused(pattern: String) {
        #expect(throws: RuleFault.self) { try replaced("a", pattern, "") }
    }

    @Test("The work is bounded, however the expression is nested")
    func bounded() throws {
        #expect(try replaced(String(repeating: "a", count: 60) + "!", "(a*)*(a*)*(a*)*$", "x") != nil)
        #expect(throws: RuleFault.self) {
            try replaced(String(repeating: "a", count: 10_000), String(repeating: "(a*)*", count: 60) + "$", "x")
        }
        #expect(throws: RuleFault.self) {
            try replaced(String(repeating: "a", count: 5000), "", String(repeating: "b", count: 100))
        }
    }
}
