import COpenSSL

/// Owns one reference to an `X509`.
final class Certificate {
    let pointer: OpaquePointer

    /// Takes over the reference.
    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { X509_free(pointer) }
}

/// Owns one reference to an `EVP_PKEY`.
final class PrivateKey {
    let pointer: OpaquePointer

    /// Takes over the reference.
    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { EVP_PKEY_free(pointer) }
}

/// Reads and writes PEM. Encrypted keys are refused by a passphrase callback, because without it OpenSSL would ask for the
/// passphrase on the terminal.
enum PEM {
    /// The largest PEM text that is read, in bytes. An RSA-4096 certificate takes about 2,000 bytes.
    static let limit = 1 << 20

    /// Reads all certificates, in order. Other blocks and text between them are skipped. Throws if there is no certificate.
    static func certificates(_ pem: [UInt8], what: String) throws(OpenSSLError) -> [Certificate] {
        let bio = try memory(pem, what: what)
        defer { BIO_free(bio) }
        var found: [Certificate] = []
        ERR_clear_error()
        while let pointer = PEM_read_bio_X509(bio, nil, noPassphrase, nil) {
            found.append(Certificate(pointer))
        }
        // OpenSSL reports the end of the text as an error too: "no start line".
        let atEnd = shim_ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE
        let error = OpenSSLError.drained(.setup, what)
        guard atEnd else { throw error }
        guard !found.isEmpty else { throw OpenSSLError(.setup, "\(what): no \"BEGIN CERTIFICATE\" block is in it") }
        return found
    }

    static func privateKey(_ pem: [UInt8], what: String) throws(OpenSSLError) -> PrivateKey {
        let bio = try memory(pem, what: what)
        defer { BIO_free(bio) }
        ERR_clear_error()
        if let pointer = PEM_read_bio_PrivateKey(bio, nil, noPassphrase, nil) { return PrivateKey(pointer) }
        let error = OpenSSLError.drained(.setup, what)
        if isEncrypted(pem) {
            throw OpenSSLError(
                .setup, "\(what): the key is encrypted",
                mend: "give one without a passphrase (openssl pkey -in KEY -out KEY.plain)")
        }
        guard contains(pem, "PRIVATE KEY-----") else {
            throw OpenSSLError(.setup, "\(what): no \"BEGIN PRIVATE KEY\" block is in it")
        }
        throw error
    }

    /// Returns what `body` writes into a BIO.
    static func write(_ what: String, _ body: (OpaquePointer) -> Int32) throws(OpenSSLError) -> [UInt8] {
        let bio = try memory([], what: what)
        defer { BIO_free(bio) }
        ERR_clear_error()
        guard body(bio) == 1 else { throw .drained(.setup, what) }
        var data: UnsafeMutablePointer<CChar>?
        let count = shim_BIO_get_mem_data(bio, &data)
        return [UInt8](UnsafeRawBufferPointer(start: data, count: count))
    }

    private static func isEncrypted(_ pem: [UInt8]) -> Bool {
        contains(pem, "BEGIN ENCRYPTED PRIVATE KEY") || contains(pem, "Proc-Type: 4,ENCRYPTED")
    }

    private static func contains(_ bytes: [UInt8], _ text: StaticString) -> Bool {
        let needle = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard bytes.count >= needle.count else { return false }
        return (0...(bytes.count - needle.count)).contains { start in
            bytes[start] == needle[0] && bytes[start..<(start + needle.count)].elementsEqual(needle)
        }
    }

    /// Makes a BIO with a copy of the bytes. The copy is wiped when the caller frees the BIO, because it may hold a key.
    private static func memory(_ pem: [UInt8], what: String) throws(OpenSSLError) -> OpaquePointer {
        guard pem.count <= limit else { throw OpenSSLError(.setup, "\(what): more than 1 MiB of PEM") }
        guard let bio = BIO_new(BIO_s_secmem()) else { throw .drained(.setup, what) }
        guard pem.isEmpty || BIO_write(bio, pem, Int32(pem.count)) == pem.count else {
            BIO_free(bio)
            throw .drained(.setup, what)
        }
        return bio
    }
}

/// A passphrase callback that returns none, so that an encrypted block is an error.
private let noPassphrase: @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?) -> Int32 = {
    _, _, _, _ in -1
}
