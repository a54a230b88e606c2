package import ActionCrypto
import Base
import COpenSSL
import Synchronization

/// Signs `trigger_id` as Mattermost does: ECDSA P-256 over SHA-256 of `CLIENT_ID:USER_ID:MILLIS:`. The sandbox and the
/// simulation prove clicks with it; the plugin itself only verifies.
package final class TriggerSigner: Sendable {
    private let key: Mutex<SigningKeyPair>
    private let isKeyOffered = Mutex(true)

    package init() throws(OpenSSLError) { key = Mutex(try SigningKeyPair()) }

    /// Replaces the key, as a server with a new database does.
    package func makeNewKey() throws(OpenSSLError) {
        let new = try SigningKeyPair()
        key.withLock { $0 = new }
    }

    /// Whether the server publishes its key. Older servers have none.
    package var offersKey: Bool {
        get { isKeyOffered.withLock { $0 } }
        set { isKeyOffered.withLock { $0 = newValue } }
    }

    /// The `AsymmetricSigningPublicKey`: base64 of a SubjectPublicKeyInfo in DER.
    package var publicKey: String { key.withLock { $0 }.publicKey }

    /// Signs a trigger id.
    ///
    /// - Parameter clientID: a new id for each click, which the user's client learns too.
    package func triggerID(clientID: String, userID: String, at milliseconds: Int64) throws(OpenSSLError) -> String {
        let prefix = "\(clientID):\(userID):\(milliseconds):"
        let signature = try key.withLock { $0 }.sign(Array(prefix.utf8))
        return Base64.standard.encode(Array((prefix + Base64.standard.encode(signature)).utf8))
    }
}

/// An EC key on P-256.
private final class SigningKeyPair: Sendable {
    // Nothing changes the key after `init`, and OpenSSL's reference count is atomic, so any thread may sign.
    private nonisolated(unsafe) let key: OpaquePointer

    init() throws(OpenSSLError) {
        guard let maker = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil) else { throw OpenSSLError(.setup, "EVP_PKEY_CTX_new_id") }
        defer { EVP_PKEY_CTX_free(maker) }
        var made: OpaquePointer?
        guard EVP_PKEY_keygen_init(maker) == 1, EVP_PKEY_CTX_set_group_name(maker, "P-256") == 1,
            EVP_PKEY_keygen(maker, &made) == 1, let made
        else { throw OpenSSLError(.setup, "EVP_PKEY_keygen") }
        key = made
    }

    deinit { EVP_PKEY_free(key) }

    var publicKey: String {
        var start: UnsafeMutablePointer<UInt8>?
        let count = i2d_PUBKEY(key, &start)
        defer { CRYPTO_free(start, #file, #line) }
        return Base64.standard.encode(Array(UnsafeBufferPointer(start: start, count: Int(max(0, count)))))
    }

    func sign(_ bytes: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        guard let digest = EVP_MD_CTX_new() else { throw OpenSSLError(.setup, "EVP_MD_CTX_new") }
        defer { EVP_MD_CTX_free(digest) }
        var signature = [UInt8](repeating: 0, count: 128)
        var count = signature.count
        guard EVP_DigestSignInit(digest, nil, EVP_sha256(), nil, key) == 1,
            EVP_DigestSign(digest, &signature, &count, bytes, bytes.count) == 1
        else { throw OpenSSLError(.setup, "EVP_DigestSign") }
        return Array(signature[..<count])
    }
}
