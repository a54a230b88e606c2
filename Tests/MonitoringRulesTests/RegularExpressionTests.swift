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
            ("role-dev-eu", "^role-(.*)-(.*)$", "$2/$1", "eu/dev"), ("abc", "b", "[$0]", "a[b]c"),
            ("aaa", "a*", "x", "x"),
            ("baab", "a*", "x", "xbxbx"), ("abc", "", "-", "-a-b-c-"), ("abab", "(?:ab)+", "x", "x"),
            ("ab", "a|ab", "x", "xb"),
            ("aaaa", "a{2}", "x", "xx"), ("aaaa", "a{1,3}?", "x", "xxxx"), ("aaaa", "a{3,}", "x", "x"),
            ("a{b", "a{", "x", "xb"),
            ("a1b22", "[0-9]+", "#", "a#b#"), ("a-b]c", "[]-]", "_", "a_b_c"), ("x.y", #"\."#, "-", "x-y"),
            ("x.y", ".", "-", "---"),
            ("ÄÖ", "[^Ä]", "x", "Äx"), ("Foo", "(?i)fo+", "x", "x"), ("fOo", "f(?i:o)o", "x", "x"),
            ("FOO", "f(?i:o)o|F", "x", "xOO"),
            ("a\nb", "(?m)^b$", "x", "a\nx"), ("a\nb", "a.b|a", "x", "x\nb"), ("a\nb", "(?s)a.b", "x", "x"),
            ("one two", #"\b\w+\b"#, "<$0>", "<one> <two>"), ("ab", #"\Bb"#, "x", "ax"), ("ab", #"\Aab\z"#, "x", "x"),
            ("dev", "(?P<name>d)", "${name}_$name", "d_dev"), ("dev", "(?<n>d)", "$n$$", "d$ev"),
            ("dev", "(d)", "$1x", "ev"),
            ("dev", "(d)", "${1}x$2${", "dx${ev"), ("dev", "(d)|(x)", "[$2]", "[]ev"),
            ("aXbX", "[[:upper:]]", "", "ab"),
            ("tab\t", #"\x09|\x{61}"#, "!", "t!b!"), ("aab", "(a+?)(a*)", "$1.$2.", "a.a.b"),
            ("aab", "(?U)(a+)(a*)", "$1.$2.", "a..a..b"),
            ("(x)", #"[\(\)]"#, "", "x"), ("a^b", #"[\^a]"#, "", "b"), ("xay", "(x|y|)a", "[$1]", "[x]y"),
            // Nested and empty repetitions, quotes, octal escapes, and cases, as Go has them.
            ("aa", "(|a)*", "x", "xaxax"), ("aa", "(|a)+", "x", "xaxax"), ("aab", "(a*)+b", "[$1]", "[aa]"),
            ("abab", "(a|ab){0,2}", "[$1]", "[a]b[a]b[]"), ("aaa", "(?:a?){2,3}?", "x", "xx"),
            ("aaaa", "(a{2}){2}", "$1", "aa"),
            ("ab", "(?:(?:)|a)*b", "x", "x"), ("aaa", "a{2,}?", "x", "xa"), ("x", "a{0}x", "y", "y"),
            ("a", "(a{,3}){1000}|a", "x", "x"),
            ("a.b*c", #"\Qa.b*\E+c"#, "x", "x"), ("a(", #"\Qa("#, "x", "x"), ("ab", #"a\Q\Eb"#, "x", "x"),
            (#"\Q"#, #"\\Q"#, "x", "x"),
            ("S\u{17F}s", "(?i)s", "x", "xxx"), ("k\u{212A}", "(?i)K", "x", "xx"), ("aXb", "(?i)x", "$0$0", "aXXb"),
            ("\n\u{7}", #"\012|\07|\0"#, "x", "xx"), ("a{,2}", "a{,2}", "x", "x"), ("a{02}", "a{02}", "x", "x"),
            ("a{2", "a{2", "x", "x"),
            ("foo", "(?P<n1>o)", "${n1}-${01}-$1", "fo--oo--o"), ("foo", "(?P<01>o)", "$01|", "fo|o|"),
            ("ab", "(?)a", "x", "xb"),
            ("ab", "(?P<n>x)|(?P<n>a)|(?P<n>b)", "[$n]", "[a][b]"), ("aab", "a(?i)*B", "x", "x"),
            ("\u{17F}-", #"(?i)\w"#, "x", "x-"), ("\u{17F}-", #"(?i)[\W]"#, "x", "\u{17F}x"), ("a[:b", "[[:b]+", "x", "ax"),
            ("é", "[à-ü]", "e", "e"), ("", "^$", "x", "x"), ("dev", "(d)", "$1000000000|", "|ev"),
            ("ab", "((a{10}){10}){10}|a", "x", "xb"),
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
            "(", ")", "[", "[b-a]", "*a", "a**", "a{2}{3}", "a{1001}", "a{3,2}", #"\"#, #"\1"#, #"\8"#, #"\pL"#,
            #"[\Qa]"#, "{2}", "a{99999999999}", "(?-)a", "(?i-)a", "(?P<ä>a)", "x*{2}",
            "(?:){1001}", "(a{501}){2}", "((a{10}){10}){11}", "((a{0}){1000}){1000}", #"[a-\d]"#, #"\C"#, #"\Z"#,
            "a{1001,}", "(?=a)",
            "(?!a)",
            "(?<=a)", "(?P<>a)", "[[:foo:]]", "[[:al]pha:]]", "(?i)*", "a|(?i)*", #"\x{110000}"#, "(?x)a",
            "((a{100}){100}){100}",
        ])
    func refused(pattern: String) {
        #expect(throws: RuleFault.self) { try replaced("a", pattern, "") }
    }

    @Test("Repetitions within one another are counted together, even of nothing, so that a short expression takes no long time")
    func nested() {
        for inner in ["", "(?:)", "a?", "^", "(?i)a", "b|"] {
            let nested = (0..<6).reduce("(?:\(inner))") { text, _ in "(?:\(text){1000})" }
            #expect(throws: RuleFault.self) { try replaced("a", nested, "") }
        }
        let began = ContinuousClock.now
        #expect(throws: RuleFault.self) { try replaced("a", "(?:" + String(repeating: "(?:)", count: 240) + "){1000}", "") }
        #expect(ContinuousClock.now - began < .seconds(20))
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
