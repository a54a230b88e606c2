import Access
import ActionCrypto
import Testing

@Suite("HMAC-SHA256 and its surroundings") struct HMACTests {
    private func hex(_ bytes: [UInt8]) -> String { bytes.map(Base16.text).joined() }

    @Test(
        "RFC 4231's tags",
        arguments: [
            (
                [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            // A key that is longer than a block is hashed first.
            (
                [UInt8](repeating: 0xaa, count: 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ])
    func vectors(key: [UInt8], message: [UInt8], tag: String) throws {
        let hmac = try HMACSHA256(key: Secret(key))
        #expect(hex(try hmac.authenticate(message)) == tag)
        #expect(hex(try hmac.authenticate(message)) == tag, "the second from the same contexts")
    }

    @Test("An empty key and an empty message have a tag too")
    func empty() throws {
        #expect(
            hex(try HMACSHA256(key: Secret([])).authenticate([]))
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    @Test("A tag never goes into too small a buffer")
    func smallTag() throws {
        let hmac = try HMACSHA256(key: Secret([1]))
        var tag = [UInt8](repeating: 0, count: 31)
        #expect(throws: OpenSSLError.self) {
            try tag.withUnsafeMutableBytes { try hmac.authenticate(UnsafeRawBufferPointer(start: nil, count: 0), into: $0) }
        }
        #expect(tag.allSatisfy { $0 == 0 })
    }

    @Test("Equal bytes compare equal at every length, and bytes that differ in one bit do not")
    func constantTime() {
        for count in 0..<40 {
            let bytes = (0..<count).map { UInt8($0) }
            #expect(constantTimeEqual(bytes, bytes))
            #expect(!constantTimeEqual(bytes, bytes + [0]))
            for position in bytes.indices {
                var other = bytes
                other[position] ^= 0x80
                #expect(!constantTimeEqual(bytes, other))
            }
        }
    }

    @Test("Base64url has one way of writing each length", arguments: 0..<50)
    func base64(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 73 &+ 251) }
        let text = Base64.url.encode(bytes)
        #expect(Base64.url.decode(text.utf8, limit: count) == bytes)
        #expect(Base64.url.decode((text + "A").utf8, limit: count) == nil)
        #expect(count == 0 || Base64.url.decode(text.utf8, limit: max(0, count - 1)) == nil)
    }

    @Test("Base64url refuses other letters, padding and unused bits that are not zero")
    func base64Refuses() {
        #expect(Base64.url.encode([0xfb, 0xff]) == "-_8")
        #expect(Base64.url.decode("-_8".utf8, limit: 2) == [0xfb, 0xff])
        for text in ["-_9", "+/8", "-_=", "-é", "-_8=", "-", "-_8\n"] {
            #expect(Base64.url.decode(text.utf8, limit: 8) == nil, "\(text)")
        }
    }

    /// The test vectors of RFC 4648, section 10.
    @Test(
        "Base64 with padding agrees with RFC 4648",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func standard(bytes: String, text: String) {
        #expect(Base64.standard.encode(Array(bytes.utf8)) == text)
        #expect(Base64.standard.decode(text.utf8, limit: 8) == Array(bytes.utf8))
    }

    @Test(
        "Base64 with padding accepts only one way of writing each value",
        arguments: [
            "Zg", "Zg=", "Zg===", "Zg====", "Zh==", "Zm9=", "=Zg=", "Z===", "====", "Zg==Zg==", "Zm-_", "Zm9v\n", " Zm9v",
            "Zm9v=",
        ])
    func standardRefuses(text: String) {
        #expect(Base64.standard.decode(text.utf8, limit: 8) == nil)
    }
}
