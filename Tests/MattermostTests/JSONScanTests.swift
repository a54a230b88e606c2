import Access
import Foundation
import TestSupport
import Testing

@testable import Mattermost

@Suite struct JSONScanTests {
    private func members(_ json: String) -> [String: String]? {
        let text = JSONScan([UInt8](json.utf8))
        return text.members(of: text.bytes.indices).map { members in
            Dictionary(members.map { (text.string($0.key), text.string($0.value)) }) { first, _ in first }
        }
    }

    @Test("Members are found with the unchanged text of their values, whatever these contain")
    func found() {
        #expect(members("{}") == [:])
        #expect(
            members(" { \"a\" : 1e999 , \"b\":[{\"c\":\"]}\"},\"\\\"\"] }\n") == [
                "a": "1e999", "b": "[{\"c\":\"]}\"},\"\\\"\"]",
            ])
        let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        #expect(members("{\"a\":\(deep),\"b\":null}") == ["a": deep, "b": "null"])
    }

    @Test(
        "A text that is no complete object has no members",
        arguments: [
            "", "{", "[]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1}}", "{\"a\":\"\\\"}", "{a:1}", "{\"a\":[}",
            "{\"a\":]}",
        ])
    func broken(json: String) { #expect(members(json) == nil) }

    @Test("A recorded page that is cut or changed anywhere is read or refused, and never traps")
    func mutated() throws {
        let body = [UInt8](try JSONSerialization.data(withJSONObject: try Exchange("posts_in_channel").responseBody))
        #expect(PostListAnswer(body)?.posts.count == 2)
        for end in body.indices { #expect(PostListAnswer(Array(body[..<end])) == nil) }
        var random = SplitMix64(seed: 13)
        for _ in 0..<5000 {
            var changed = body
            for _ in 0...Int.random(in: 0...3, using: &random) {
                let index = Int.random(in: changed.indices, using: &random)
                changed[index] = [UInt8]("\"\\{}[],:0e-".utf8).randomElement(using: &random) ?? 0
            }
            let list = PostListAnswer(changed)
            #expect(list?.posts.values.allSatisfy { $0.shown.reference == $0.reference } ?? true)
        }
    }
}
