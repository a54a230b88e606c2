import Base
import TestSupport
import Testing

@testable import Plugin

@Suite struct SettingsLinesTests {
    @Test("A key's line is found among strings, comments, arrays and tables")
    func lines() {
        let text = """
            # [a] x = 1
            top = "[a]" # y = 2
            [a]   # comment
            x = \"""
            [b]
            y = 1 \\\""" "\"""
            z = '''
            [c]
            '''
              "quo.ted" = [ 1, # ]
                "]", '[',
              ]
            w.v = { in = "}", ner = 2 } # q = 1
            u . t= 1
            ["b".'c']
            y = 1\r
            x = 2
            """
        let lines = KeyLines(text)
        let expected: [([String], Int)] = [
            (["top"], 2), (["a"], 3), (["a", "x"], 4), (["a", "z"], 7), (["a", "quo.ted"], 10), (["a", "w", "v"], 13),
            (["a", "w", "v", "ner"], 13), (["a", "u", "t"], 14), (["b"], 15), (["b", "c"], 15), (["b", "c", "y"], 16),
            (["b", "c", "x"], 17), (["a", "none"], 3), (["none"], 1), (["a", "y"], 3), ([], 1),
        ]
        for (path, line) in expected { #expect(lines.line(of: path) == line, "\(path)") }
    }

    @Test("Any text is scanned to its end", arguments: 0..<200)
    func anything(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        let pieces = ["[", "]", "{", "}", "\"", "'", "\"\"\"", "'''", "\\", "\n", "=", ".", ",", "#", "a", " ", "\r\n", "é"]
        let text = (0..<40).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }.joined()
        #expect(KeyLines(text).line(of: ["nobody"]) == 1)
    }

    @Test("A byte order mark moves nothing")
    func mark() { #expect(KeyLines("\u{FEFF}a = 1\nb = 2").line(of: ["a"]) == 1) }

    @Test("Spelling counts swaps of neighbours as one change")
    func spelling() {
        #expect(Spelling.distance("tokne", "token") == 1)
        #expect(Spelling.distance("", "abc") == 3)
        #expect(Spelling.distance("same", "same") == 0)
        #expect(Spelling.nearest(to: "sekret", among: ["token", "secret"]) == "secret")
        #expect(Spelling.nearest(to: "x", among: ["token", "secret"]) == nil)
    }
}
