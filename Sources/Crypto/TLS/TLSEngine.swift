import COpenSSL

/// One TLS connection without any I/O: ciphertext is fed in and taken out through memory BIOs. For one thread at a time.
package final class TLSEngine {
    package enum Role: Sendable, Hashable {
        case server
        /// SNI and the name that the peer's certificate must have; an IP address is matched as one.
        case client(serverName: String)
    }

    package enum ReadOutcome: Hashable, Sendable {
        case bytes(Int)
        /// Nothing more until more ciphertext is fed in.
        case wantsInput
        /// The peer's close_notify: nothing more will come.
        case closed
    }

    let ssl: OpaquePointer
    /// Owned by `ssl`.
    private let input: OpaquePointer
    /// Owned by `ssl`.
    private let output: OpaquePointer
    /// Holds what OpenSSL's callbacks point to.
    private let context: TLSContext

    package init(context: TLSContext, role: Role) throws(OpenSSLError) {
        ERR_clear_error()
        guard let ssl = SSL_new(context.pointer) else { throw .drained(.setup, "TLS connection") }
        guard let input = BIO_new(BIO_s_mem()), let output = BIO_new(BIO_s_mem()) else {
            SSL_free(ssl)
            throw .drained(.setup, "TLS connection")
        }
        // An empty input means "later", not the end.
        shim_BIO_set_mem_eof_return(input, -1)
        SSL_set_bio(ssl, input, output)
        (self.ssl, self.input, self.output, self.context) = (ssl, input, output, context)
        switch role {
        case .server: SSL_set_accept_state(ssl)
        case .client(let name):
            SSL_set_connect_state(ssl)
            try expect(name)
        }
    }

    deinit { SSL_free(ssl) }

    private func expect(_ name: String) throws(OpenSSLError) {
        ERR_clear_error()
        let parameters = SSL_get0_param(ssl)
        if X509_VERIFY_PARAM_set1_ip_asc(parameters, name) == 1 { return }
        ERR_clear_error()
        // Names are looked for in the alternative names alone, as browsers and Go do.
        SSL_set_hostflags(ssl, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT))
        guard !name.isEmpty, SSL_set1_host(ssl, name) == 1, shim_SSL_set_tlsext_host_name(ssl, name) == 1 else {
            throw .drained(.setup, "TLS server name \"\(name)\"")
        }
    }

    /// Goes on with the handshake; true once it is done. On an error the alert for the peer is in the output.
    package func handshake() throws(OpenSSLError) -> Bool {
        ERR_clear_error()
        let outcome = SSL_do_handshake(ssl)
        if outcome == 1 { return true }
        switch SSL_get_error(ssl, outcome) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return false
        default: throw failure("TLS handshake failed")
        }
    }

    /// Takes in ciphertext; all of it.
    package func feed(_ bytes: UnsafeRawBufferPointer) throws(OpenSSLError) {
        guard bytes.count > 0 else { return }
        ERR_clear_error()
        var written = 0
        guard BIO_write_ex(input, bytes.baseAddress, bytes.count, &written) == 1, written == bytes.count else {
            throw .drained(.failed, "TLS input")
        }
    }

    /// Ciphertext fed in and not yet looked at.
    package var pendingInput: Int { BIO_ctrl_pending(input) }

    /// Whether a `read` could give bytes without more input.
    package var mayHavePlaintext: Bool { pendingInput > 0 || SSL_has_pending(ssl) == 1 }

    /// Only after the handshake. May produce output: alerts, KeyUpdate.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(OpenSSLError) -> ReadOutcome {
        ERR_clear_error()
        var count = 0
        let outcome = SSL_read_ex(ssl, buffer.baseAddress, buffer.count, &count)
        if outcome == 1 { return .bytes(count) }
        switch SSL_get_error(ssl, outcome) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wantsInput
        case SSL_ERROR_ZERO_RETURN: return .closed
        default: throw failure("TLS read failed")
        }
    }

    /// Encrypts; gives how much was taken in: all of it, or 0 if more input is needed first (then write the same bytes again).
    package func write(_ bytes: UnsafeRawBufferPointer) throws(OpenSSLError) -> Int {
        // SSL_write of nothing is undefined.
        guard bytes.count > 0 else { return 0 }
        ERR_clear_error()
        var count = 0
        let outcome = SSL_write_ex(ssl, bytes.baseAddress, bytes.count, &count)
        if outcome == 1 { return count }
        switch SSL_get_error(ssl, outcome) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return 0
        default: throw failure("TLS write failed")
        }
    }

    /// Puts a close_notify into the output. The other direction stays open.
    package func shutdown() {
        ERR_clear_error()
        if SSL_in_init(ssl) == 0 { SSL_shutdown(ssl) }
        ERR_clear_error()
    }

    /// Ciphertext waiting to be sent.
    package var pendingOutput: Int { BIO_ctrl_pending(output) }

    /// Moves ciphertext out, at most the buffer's size.
    package func takeOutput(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        var count = 0
        ERR_clear_error()
        return BIO_read_ex(output, buffer.baseAddress, buffer.count, &count) == 1 ? count : 0
    }

    private func failure(_ what: String) -> OpenSSLError {
        var error = OpenSSLError.drained(.failed, what)
        let verdict = SSL_get_verify_result(ssl)
        if error.code == .untrustedPeer, verdict != X509_V_OK, let text = X509_verify_cert_error_string(verdict) {
            error.verifyReason = String(cString: text)
        }
        return error
    }
}

extension TLSEngine {
    /// The protocol agreed on by ALPN; nil when none was.
    package var alpn: String? {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &name, &length)
        guard let name, length > 0 else { return nil }
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
    }

    /// Such as `TLSv1.3`.
    package var version: String { String(cString: SSL_get_version(ssl)) }

    /// The name that the client asked for by SNI.
    package var serverName: String? {
        SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name).map { String(cString: $0) }
    }

    /// The subject's common name of the peer's certificate, if it gave one and it proved right.
    package var peerCommonName: String? {
        guard SSL_get_verify_result(ssl) == X509_V_OK, let certificate = SSL_get0_peer_certificate(ssl) else { return nil }
        return commonName(X509_get_subject_name(certificate))
    }
}
