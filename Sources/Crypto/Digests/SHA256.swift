import COpenSSL

/// Computes SHA-256 by the system's OpenSSL.
package enum SHA256 {
    package static func hash(_ bytes: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        ERR_clear_error()
        guard EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil) == 1 else { throw .drained(.failed, "SHA-256") }
        return digest
    }
}
