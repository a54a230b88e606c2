import Access
import ActionCrypto
import Foundation
import TestSupport
import Testing

/// Uses a recorded click on a real Mattermost 5.37 server, and that server's key.
@Suite("The proof of who clicked") struct ClickerProofTests {
    private let trigger: String
    private let keyText: String
    private let key: ClickerKey
    /// A P-256 key of another server.
    static let otherKey =
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE6ajH08VsJXXhbGH+wQwHWSmQ0GemFkTi6oyk2fOQblKYhWqhihFRZH6dLD6KyB2V"
        + "253KvyOlVdV0EiZMvWcY6Q=="

    init() throws {
        trigger = try Self.text("callback_button_click", "body", "trigger_id")
        keyText = try Self.text("client_config", "response", "body", "AsymmetricSigningPublicKey")
        key = try ClickerKey(keyText)
    }

    private static func text(_ name: String, _ path: String...) throws -> String {
        var value: Any? = try JSONSerialization.jsonObject(with: Data(Fixtures.bytes("mattermost-5.37/\(name).json")))
        for key in path { value = (value as? [String: Any])?[key] }
        return try #require(value as? String)
    }

    /// The parts of a trigger id: the prefix with its last colon, and the signature in DER.
    private func parts() throws -> (prefix: String, signature: [UInt8]) {
        let text = String(decoding: try #require(Data(base64Encoded: trigger)), as: UTF8.self)
        let last = try #require(text.lastIndex(of: ":"))
        return (String(text[...last]), [UInt8](try #require(Data(base64Encoded: String(text[text.index(after: last)...])))))
    }

    private func joined(_ prefix: String, _ signature: [UInt8]) -> String {
        Data((prefix + Data(signature).base64EncodedString()).utf8).base64EncodedString()
    }

    private func proof(_ text: String, _ key: ClickerKey) -> ClickerProof? { TriggerID(text)?.proof(under: key) }

    @Test("A real click proves who made it and when")
    func real() throws {
        let proof = try #require(self.proof(trigger, key))
        #expect(proof.userID == "xc4bexnho78i3fe6d45jxozfbw")
        #expect(proof.signedAt == Timestamp(milliseconds: 1_795_212_356_595))
    }

    @Test("Another server's proof is none")
    func otherServer() throws {
        let other = try ClickerKey(Self.otherKey)
        #expect(proof(trigger, other) == nil)
    }

    @Test("A proof with any bit of it changed is none")
    func altered() throws {
        let (prefix, signature) = try parts()
        #expect(joined(prefix, signature) == trigger)
        for position in 0..<prefix.utf8.count {
            var bytes = Array(prefix.utf8)
            bytes[position] ^= 1
            #expect(proof(joined(String(decoding: bytes, as: UTF8.self), signature), key) == nil)
        }
        for position in signature.indices {
            for bit in 0..<8 {
                var changed = signature
                changed[position] ^= 1 << UInt8(bit)
                #expect(proof(joined(prefix, changed), key) == nil)
            }
        }
    }

    @Test(
        "A proof with another user, another time or moved fields proves nothing",
        arguments: [
            ("xc4bexnho78i3fe6d45jxozfbw", "wd8gkwmsxpfqmgqdnbgtkzkuao"), ("1795212356595", "1795212356596"),
            (":1795212356595:", ":01795212356595:"), (":1795212356595:", ":+1795212356595:"),
            (":1795212356595:", "::1795212356595:"),
            ("pfqfpt3m9brjiq9aw846pw8ujc:", ""), ("xc4b", ":xc4b"), ("xc4b", "XC4B"),
        ])
    func forged(old: String, new: String) throws {
        let (prefix, signature) = try parts()
        #expect(prefix.contains(old))
        #expect(proof(joined(prefix.replacing(old, with: new), signature), key) == nil)
    }

    @Test(
        "A text that is no trigger id is refused before anything is hashed",
        arguments: [
            "", "=", "AAAA", ":::", "Ojo6", "Ojo6Og==", String(repeating: "A", count: 1024),
            String(repeating: "A", count: 100_000),
            "pfqpft3m9brjiq9aw846pwu8jc:xc4bexnho78i3fe6d45jxozfbw:1:AAAA",
        ])
    func malformed(text: String) { #expect(TriggerID(text) == nil) }

    @Test("There is one way of writing a proof: no white space, no missing padding, no stray bits")
    func oneWay() throws {
        for text in [
            trigger + "\n", " " + trigger, String(trigger.dropLast()), trigger.replacing("=", with: ""), trigger + "====",
        ] {
            #expect(TriggerID(text) == nil, "\(text)")
        }
        let (prefix, signature) = try parts()
        let inner = Data(signature).base64EncodedString()
        for text in [inner.replacing("=", with: ""), inner + "\n", inner + inner] {
            #expect(TriggerID(Data((prefix + text).utf8).base64EncodedString()) == nil)
        }
    }

    @Test("A click is known again however its signature is written")
    func twin() throws {
        let (prefix, signature) = try parts()
        let twin = try twin(of: signature)
        #expect(twin != signature)
        let first = try #require(proof(trigger, key))
        let second = proof(joined(prefix, twin), key)
        #expect(second?.identity == first.identity)
    }

    /// The second valid form of a signature: `(r, n - s)` is valid whenever `(r, s)` is.
    private func twin(of der: [UInt8]) throws -> [UInt8] {
        let order: [UInt8] = [
            0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7,
            0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
        ]
        let rEnd = 4 + Int(der[3])
        let s = der[(rEnd + 2)...].drop { $0 == 0 }
        var difference = order
        var borrow = 0
        for (offset, digit) in s.reversed().enumerated() {
            let value = Int(difference[31 - offset]) - Int(digit) - borrow
            (difference[31 - offset], borrow) = (UInt8(truncatingIfNeeded: value), value < 0 ? 1 : 0)
        }
        var number = Array(difference.drop { $0 == 0 })
        if number[0] & 0x80 != 0 { number.insert(0, at: 0) }
        let body = der[2..<rEnd] + [0x02, UInt8(number.count)] + number
        return [0x30, UInt8(body.count)] + body
    }

    @Test(
        "A key that is not ECDSA on P-256, or not one whole key, is refused",
        arguments: [
            "", "AAAA", "not base64", "MFkw", otherKey + "AAAA",
            // The following keys are of Ed25519, P-384 and RSA.
            "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=",
            "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEVgCqOMWHxypXzmk7TtRC/OTpDLSkqoKGCjFu1Ld2ncwHDgDyzw4NM8lck7z5Pnr9Dx+73G0hUdEZI4"
                + "2QpXkHX0QNHTV/zj/cCHWZ4sfJWNG7yH5RRbvVEbnp+BvxYXrh",
            "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCkVZZgbfU+X2MlTxvtfo/kkHEC3bG2hAcp4pjBJ6iM4iy6QRz0y3ou0DtlQ/Ata7WkTYmL6p"
                + "qoj7wOvkB63yleyIokZ9niu2YCnUJLa6qdQf2gkhKJD4hgQ8YhOU2IVxejXKtahemFBBCUcjtfcLJMbe0j+T4O6ML6uLBanc2VjwIDAQAB",
        ])
    func badKeys(text: String) {
        let error = #expect(throws: OpenSSLError.self) { try ClickerKey(text) }
        #expect(error?.description.contains("AsymmetricSigningPublicKey") == true)
    }
}
