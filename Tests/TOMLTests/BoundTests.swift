import TOML
import TestSupport
import Testing

@Suite("Bounds of the TOML reader", .timeLimit(.minutes(1)))
struct BoundTests {
    @Test("A text larger than the limit is refused unread")
    func size() {
        var limits = TOMLLimits()
        limits.bytes = 5
        #expect(refusal(Array("a = 1".utf8), limits) == nil)
        #expect(refusal(Array("a = 10".utf8), limits)?.code == .limit)
    }

    @Test(
        "Every way to nest ends at the limit",
        arguments: [
            ("x = ", "[", ""), ("x = ", "{a=", ""), ("x = ", "[{a=", ""), ("", "a.", "a = 1"), ("[", "a.", "a]"),
            ("[[", "a.", "a]]"), ("x = {", "\"\".", "a = 1}"), ("x = ", "{a.a=[", ""), ("[a.a.a.a.a]\n", "b.", "b = 1"),
        ])
    func depth(start: String, piece: String, end: String) {
        for count in [32, 2_000, 100_000] {
            let error = refusal(start + String(repeating: piece, count: count) + end)
            #expect(error?.code == .limit)
            #expect(error?.message == "this is nested deeper than 32 levels")
        }
    }

    @Test("A text that is exactly as deep as the limit is read")
    func deepest() throws {
        let keys = Array(repeating: "a", count: 16).joined(separator: ".")
        let text = "[\(keys)]\n\(keys) = 1\n[b]\nx = \(String(repeating: "[", count: 30) + String(repeating: "]", count: 30))"
        #expect(refusal(text) == nil)
        #expect(refusal(text.replacing("[[[", with: "[[[[").replacing("]]]", with: "]]]]"))?.code == .limit)
    }

    @Test("Keys are counted, in headers and inline tables too")
    func keys() {
        var limits = TOMLLimits()
        limits.keys = 4
        for text in ["a=1\nb=1\nc=1\nd=1", "[a.b.c.d]", "a = {b = 1, c.d = 1}", "[[a]]\n[[a]]\n[[a]]\n[[a]]"] {
            #expect(refusal(Array(text.utf8), limits) == nil)
            #expect(refusal(Array((text + "\n[e]").utf8), limits)?.message == "the text has more than 4 keys")
        }
    }

    @Test("A text of the largest size takes a moment, whatever it is made of")
    func time() {
        let size = TOMLLimits().bytes
        func full(_ start: String, _ piece: String, _ end: String) -> [UInt8] {
            let count = (size - start.utf8.count - end.utf8.count) / piece.utf8.count
            return Array((start + String(repeating: piece, count: count) + end).utf8)
        }
        let clock = ContinuousClock()
        let took = clock.measure {
            #expect(refusal(full("x = [", "1,", "]")) == nil)
            #expect(refusal(full("x = \"\"\"", "\"\" \\u00e9", "\"\"\"")) == nil)
            #expect(refusal(full("x = '", "é", "'")) == nil)
            #expect(refusal(full("", "#\r\n", "")) == nil)
            #expect(refusal(full("x = \"\"\"\\", "\n ", "\"\"\"")) == nil)
            #expect(refusal(full("x = \"\"\"", "\\\n", "\"\"\"")) == nil)
            #expect(refusal(full("x = ", "1", ""))?.code == .syntax)
            #expect(refusal(full("x = 0.", "0", ""))?.code == .syntax)
            #expect(refusal(full("x = \"", "a", "\"")) == nil)
            #expect(refusal(full("", "[[a]]\n", ""))?.code == .limit)
        }
        // A quadratic step would take minutes; a debug build on a busy machine takes seconds.
        #expect(took < .seconds(40))
    }

    @Test("Changed conformance cases are read or refused, always alike and with positions in the text", arguments: 0..<20)
    func mutations(seed: Int) async throws {
        var random = SplitMix64(seed: UInt64(seed))
        let names = Cases.valid + Cases.invalid
        let pieces = [
            "[", "]", "{", "}", "\"", "'", "\"\"\"", "'''", "\\", "\\u", "\n", "=", ".", ",", "#", "a", "1", "\r", "-", ":",
        ]
        for index in stride(from: seed, to: names.count, by: 20) {
            let whole = try Cases.bytes(names[index])
            guard !whole.isEmpty else { continue }
            // Tests with time limits run beside this one.
            await Task.yield()
            for _ in 0..<20 {
                var bytes = whole
                for _ in 0..<(1 + random.next() % 3) {
                    let at = Int(random.next() % UInt64(bytes.count + 1))
                    switch random.next() % 4 {
                    case 0: bytes.insert(contentsOf: pieces[Int(random.next() % UInt64(pieces.count))].utf8, at: at)
                    case 1: bytes.removeSubrange(at..<min(bytes.count, at + Int(random.next() % 8)))
                    case 2: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: at)
                    default: bytes.insert(contentsOf: whole.suffix(Int(random.next() % 40)), at: at)
                    }
                }
                let error = refusal(bytes)
                let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
                #expect(error.map { (1...lines).contains($0.position.line) && $0.position.column >= 1 } ?? true)
                #expect(refusal(bytes) == error)
            }
        }
    }
}
