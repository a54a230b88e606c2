import Access

/// A key that signs and verifies, made from one configured secret.
struct SigningKey: Sendable {
    /// The id of the key, which does not reveal the secret: the first four bytes, in hexadecimal, of a tag over a fixed label.
    let id: String
    let hmac: HMACSHA256

    /// The label whose tag is the id. No signed message can be equal to it, because those begin with a length or a decision.
    private static let label = Array("teleport-mattermost key id".utf8)

    init(_ secret: Secret<[UInt8]>) throws(OpenSSLError) {
        guard secret.reveal().count >= ActionSigner.minimumSecretLength else {
            throw OpenSSLError(.setup, "the signing secret must have at least \(ActionSigner.minimumSecretLength) bytes")
        }
        hmac = try HMACSHA256(key: secret)
        id = try hmac.authenticate(Self.label).prefix(4).reduce(into: "") { $0 += Base16.text(of: $1) }
    }

    /// Whether `given` is the tag of `message`. The time does not depend on which byte differs.
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
