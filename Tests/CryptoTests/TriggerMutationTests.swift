import ActionCrypto
import Foundation
import TestSupport
import Testing

@Suite("Proofs and keys out of random bytes") struct TriggerMutationTests {
    private static func field(_ name: String, _ key: String) throws -> String {
        let text = String(decoding: try Fixtures.bytes("mattermost-5.37/\(name).json"), as: UTF8.self)
        let rest = try #require(text.split(separator: "\"\(key)\": \"", maxSplits: 1).last)
        return String(rest.prefix { $0 != "\"" })
    }

    @Test("No mutation of a proof proves anything but what was signed", arguments: 1...4 as ClosedRange<UInt64>)
    func proofs(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let key = try ClickerKey(Self.field("client_config", "AsymmetricSigningPublicKey"))
        let trigger = try Self.field("callback_button_click", "trigger_id")
        let real = try #require(TriggerID(trigger)?.proof(under: key))
        let inside = [UInt8](try #require(Data(base64Encoded: trigger)))
        for round in 0..<1500 {
            let isInner = round % 2 == 0
            let bytes = mutated(isInner ? inside : Array(trigger.utf8), &generator)
            let text = isInner ? Data(bytes).base64EncodedString() : String(decoding: bytes, as: UTF8.self)
            guard let proof = TriggerID(text)?.proof(under: key) else { continue }
            #expect(proof == real && text == trigger)
        }
    }

    @Test("A key with any bit of its point changed is off the curve, and no mutation ends the process")
    func keys() throws {
        var generator = SplitMix64(seed: 1)
        let real = [UInt8](try #require(Data(base64Encoded: Self.field("client_config", "AsymmetricSigningPublicKey"))))
        for position in real.indices.suffix(64) {
            for bit in 0..<8 {
                var changed = real
                changed[position] ^= 1 << UInt8(bit)
                #expect(throws: OpenSSLError.self) { try ClickerKey(Data(changed).base64EncodedString()) }
            }
        }
        for _ in 0..<3000 { _ = try? ClickerKey(Data(mutated(real, &generator)).base64EncodedString()) }
    }

    private func mutated(_ whole: [UInt8], _ generator: inout SplitMix64) -> [UInt8] {
        var bytes = whole
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
            case 3: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            default:
                let end = min(bytes.count, place + Int.random(in: 1...40, using: &generator))
                bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &generator))
            }
        }
        return bytes
    }
}
