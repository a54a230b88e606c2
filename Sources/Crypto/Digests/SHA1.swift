import COpenSSL

/// Computes SHA-1. It is for the WebSocket handshake only (RFC 6455, section 4.2.2), where it has no security purpose.
package enum SHA1 {
    package static func hash(_ text: String) throws(OpenSSLError) -> [UInt8] {
        let bytes = Array(text.utf8)
        var digest = [UInt8](repeating: 0, count: 20)
        ERR_clear_error()
        guard EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha1(), nil) == 1 else { throw .drained(.failed, "SHA-1") }
        return digest
    }
}
