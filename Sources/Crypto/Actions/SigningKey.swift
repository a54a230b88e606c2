import Access

/// One secret, as what it signs and verifies with and as the name that it goes by.
struct SigningKey: Sendable {
    /// Names the secret and gives nothing of it away.
    let id: String
    let hmac: HMACSHA256

    /// A tag of its own over a text that no signed message can be: those begin with a length or a decision.
    private static let label = Array("teleport-mattermost key id".utf8)

    init(_ secret: Secret<[UInt8]>) throws(OpenSSLError) {
        guard secret.reveal().count >= ActionSigner.leastSecret else {
            throw OpenSSLError(.setup, "the signing secret must have at least \(ActionSigner.leastSecret) bytes")
        }
        hmac = try HMACSHA256(key: secret)
        id = try hmac.authenticate(Self.label).prefix(4).reduce(into: "") { $0 += Base16.text(of: $1) }
    }

    /// Whether `given` is the tag of `message`; takes as long whichever byte is wrong.
    func matches(_ given: UnsafeRawBufferPointer, _ message: UnsafeRawBufferPointer) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: HMACSHA256.length, alignment: 1) { tag in
            do {
                try hmac.authenticate(message, into: tag)
                return constantTimeEqual(given, UnsafeRawBufferPointer(tag))
            } catch {
                return false
            }
        }
    }
}
