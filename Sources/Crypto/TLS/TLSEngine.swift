import COpenSSL

/// One TLS connection without I/O. The caller passes ciphertext from the peer into memory BIOs and takes ciphertext for the
/// peer out of them. Only one thread may use an engine at a time.
package final class TLSEngine {
    /// The side of the connection that the engine plays.
    package enum Role: Sendable, Hashable {
        case server
        /// `serverName` is sent as SNI, and the server's certificate must have it. For an IP address no SNI is sent, and the
        /// certificate must have that address.
        case client(serverName: String)
    }

    /// The result of ``read(into:)``.
    package enum ReadOutcome: Hashable, Sendable {
        case bytes(Int)
        /// There is no more plaintext until more ciphertext is fed in.
        case wantsInput
        /// The peer sent close_notify: no more plaintext will come.
        case closed
    }

    let ssl: OpaquePointer
    /// Owned by `ssl`.
    private let input: OpaquePointer
    /// Owned by `ssl`.
    private let output: OpaquePointer
    /// Kept alive because OpenSSL's callbacks point into it.
    private let context: TLSContext

    package init(context: TLSContext, role: Role) throws(OpenSSLError) {
        OpenSSLError.clearQueue()
        guard let ssl = SSL_new(context.pointer) else { throw .drained(.setup, "TLS connection") }
        guard let input = BIO_new(BIO_s_mem()), let output = BIO_new(BIO_s_mem()) else {
            SSL_free(ssl)
            throw .drained(.setup, "TLS connection")
        }
        // OpenSSL must understand an empty input as "not yet", and not as the end of the connection.
        shim_BIO_set_mem_eof_return(input, -1)
        SSL_set_bio(ssl, input, output)
        (self.ssl, self.input, self.output, self.context) = (ssl, input, output, context)
        switch role {
        case .server: SSL_set_accept_state(ssl)
        case .client(let name):
            SSL_set_connect_state(ssl)
            try requirePeerName(name)
        }
    }

    deinit { SSL_free(ssl) }

    private func requirePeerName(_ name: String) throws(OpenSSLError) {
        OpenSSLError.clearQueue()
        let parameters = SSL_get0_param(ssl)
        if X509_VERIFY_PARAM_set1_ip_asc(parameters, name) == 1 { return }
        OpenSSLError.clearQueue()
        // Names are matched against the subject alternative names only, as browsers and Go do.
        SSL_set_hostflags(ssl, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT))
        guard !name.isEmpty, SSL_set1_host(ssl, name) == 1, shim_SSL_set_tlsext_host_name(ssl, name) == 1 else {
            throw .drained(.setup, "TLS server name \"\(name)\"")
        }
    }

    /// Continues the handshake. Returns true once it is complete. After an error the output contains the alert for the peer.
    package func handshake() throws(OpenSSLError) -> Bool {
        OpenSSLError.clearQueue()
        let outcome = SSL_do_handshake(ssl)
        if outcome == 1 { return true }
        switch SSL_get_error(ssl, outcome) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return false
        default: throw failure("TLS handshake failed")
        }
    }

    /// Passes in ciphertext from the peer. All of it is taken.
    package func feed(_ bytes: UnsafeRawBufferPointer) throws(OpenSSLError) {
        guard bytes.count > 0 else { return }
        OpenSSLError.clearQueue()
        var written = 0
        guard BIO_write_ex(input, bytes.baseAddress, bytes.count, &written) == 1, written == bytes.count else {
            throw .drained(.failed, "TLS input")
        }
    }

    /// The number of bytes that were passed in and that OpenSSL has not read yet.
    package var pendingInput: Int { BIO_ctrl_pending(input) }

    /// Whether ``read(into:)`` may return bytes without more input.
    package var mayHavePlaintext: Bool { pendingInput > 0 || SSL_has_pending(ssl) == 1 }

    /// Decrypts into the buffer. It must be called only after the handshake. It may produce output, such as an alert or a
    /// KeyUpdate.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(OpenSSLError) -> ReadOutcome {
        OpenSSLError.clearQueue()
        var count = 0
        let outcome = SSL_read_ex(ssl, buffer.baseAddress, buffer.count, &count)
        if outcome == 1 { return .bytes(count) }
        switch SSL_get_error(ssl, outcome) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wantsInput
        case SSL_ERROR_ZERO_RETURN: return .closed
        default: throw failure("TLS read failed")
        }
    }

    /// Encrypts the bytes and returns how many were taken: all of them, or 0 when more input is needed first. In that case the
    /// same bytes must be written again later.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(OpenSSLError) -> Int {
        // SSL_write_ex with no bytes is undefined.
        guard bytes.count > 0 else { return 0 }
        OpenSSLError.clearQueue()
        var count = 0
        let outcome = SSL_write_ex(ssl, bytes.baseAddress, bytes.count, &count)
        if outcome == 1 { return count }
        switch SSL_get_error(ssl, outcome) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return 0
        default: throw failure("TLS write failed")
        }
    }

    /// Puts close_notify into the output. Reading is still possible afterwards.
    package func shutdown() {
        OpenSSLError.clearQueue()
        if SSL_in_init(ssl) == 0 { SSL_shutdown(ssl) }
        OpenSSLError.clearQueue()
    }

    /// The number of bytes of ciphertext that wait to be sent.
    package var pendingOutput: Int { BIO_ctrl_pending(output) }

    /// Moves ciphertext for the peer into the buffer and returns the number of bytes.
    package func takeOutput(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        var count = 0
        OpenSSLError.clearQueue()
        return BIO_read_ex(output, buffer.baseAddress, buffer.count, &count) == 1 ? count : 0
    }

    private func failure(_ what: String) -> OpenSSLError {
        var error = OpenSSLError.drained(.failed, what)
        let verdict = SSL_get_verify_result(ssl)
        if error.code == .untrustedPeer, verdict != X509_V_OK, let text = X509_verify_cert_error_string(verdict) {
            error.verifyReason = String(cString: text)
            error.isNameMismatch = [X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH].contains(Int32(verdict))
        }
        return error
    }
}

extension TLSEngine {
    /// The protocol that ALPN selected; nil if there is none.
    package var alpn: String? {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &name, &length)
        guard let name, length > 0 else { return nil }
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
    }

    /// The protocol version, such as `TLSv1.3`.
    package var version: String { String(cString: SSL_get_version(ssl)) }

    /// The server name that the client sent as SNI; nil if there is none.
    package var serverName: String? {
        SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name).map { String(cString: $0) }
    }

    /// The common name in the peer's certificate. Nil when the peer sent no certificate, or one that was not verified.
    package var peerCommonName: String? {
        guard SSL_get_verify_result(ssl) == X509_V_OK, let certificate = SSL_get0_peer_certificate(ssl) else { return nil }
        return commonName(X509_get_subject_name(certificate))
    }
}
