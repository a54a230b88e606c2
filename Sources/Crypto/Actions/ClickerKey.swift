import Access
import COpenSSL

/// Mattermost's public key (ECDSA on P-256). With it a `trigger_id` is verified, in which Mattermost signs which user clicked.
package final class ClickerKey: Sendable {
    // The key may be used from any thread, because nothing changes it after `init` and OpenSSL's reference count is atomic.
    private nonisolated(unsafe) let key: OpaquePointer
    private static let limit = 1024

    /// - Parameter text: the server's `AsymmetricSigningPublicKey`, which is the base64 form of a SubjectPublicKeyInfo in DER.
    package init(_ text: String) throws(OpenSSLError) {
        let what = "AsymmetricSigningPublicKey"
        guard let der = Base64.standard.decode(text.utf8, limit: Self.limit), !der.isEmpty else {
            throw OpenSSLError(.setup, "\(what) is not base64 of at most \(Self.limit) bytes")
        }
        ERR_clear_error()
        let read: (key: OpaquePointer?, isWhole: Bool) = der.withUnsafeBufferPointer { der in
            var end = der.baseAddress
            let key = d2i_PUBKEY(nil, &end, der.count)
            return (key, end == der.baseAddress.map { $0 + der.count })
        }
        guard let key = read.key else { throw .drained(.setup, "\(what) is not a DER public key") }
        self.key = key
        guard read.isWhole, EVP_PKEY_is_a(key, "EC") == 1, Self.group(of: key) == "prime256v1" else {
            throw OpenSSLError(.setup, "\(what) is not an ECDSA key on P-256")
        }
    }

    deinit { EVP_PKEY_free(key) }

    private static func group(of key: OpaquePointer) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { name in
            var length = 0
            guard let start = name.baseAddress, EVP_PKEY_get_group_name(key, start, name.count, &length) == 1 else { return "" }
            return String(cString: start)
        }
    }

    /// Whether `signature` (DER) is a signature of this key over the SHA-256 of `message`.
    func verifies(_ signature: [UInt8], over message: some Collection<UInt8>) -> Bool {
        ERR_clear_error()
        guard let digest = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(digest) }
        let message = Array(message)
        return EVP_DigestVerifyInit(digest, nil, EVP_sha256(), nil, key) == 1
            && EVP_DigestVerify(digest, signature, signature.count, message, message.count) == 1
    }
}
