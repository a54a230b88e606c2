import ActionCrypto
import Foundation
import TestSupport
import Testing

@testable import CallbackServer

@Suite struct ClickMutationTests {
    @Test(
        "No mutation of a click is accepted that Foundation's parser refuses, or read differently",
        arguments: 1...4 as ClosedRange<UInt64>)
    func mutations(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let whole = Array(try ClickText.recorded("callback_button_click_signed_context").body.utf8)
        var accepted = 0
        for _ in 0..<3000 {
            let bytes = mutated(whole, &generator)
            guard let click = try? scan(bytes) else { continue }
            accepted += 1
            let text = String(decoding: bytes, as: UTF8.self)
            guard let other = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else {
                Issue.record("not an object: \(text)")
                continue
            }
            #expect(click.userID == other["user_id"] as? String, "\(text)")
            #expect(click.channelID == other["channel_id"] as? String, "\(text)")
            let context = other["context"] as? [String: Any]
            #expect(click.context.requestID == context?["req_id"] as? String ?? "", "\(text)")
            #expect(click.context.signature == context?["signature"] as? String ?? "", "\(text)")
        }
        #expect(accepted > 100)
    }

    private func mutated(_ whole: [UInt8], _ generator: inout SplitMix64) -> [UInt8] {
        let tokens = ["\"", "\\", "{", "}", "[", "]", ",", ":", "\\u0041", "\\ud83d", "null", "1e9", "é", " ", "\"a\":1,"]
        var bytes = whole
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(contentsOf: Array(tokens.randomElement(using: &generator)?.utf8 ?? "".utf8), at: place)
            case 3: bytes[place] = UInt8.random(in: 0x61...0x7A, using: &generator)
            default:
                let end = min(bytes.count, place + Int.random(in: 1...40, using: &generator))
                bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &generator))
            }
        }
        return bytes
    }
}
