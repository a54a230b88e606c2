internal import Access
import COpenSSL

/// The settings that TLS connections share: certificates, trust, ALPN, versions and ciphers. It owns an `SSL_CTX`.
///
/// It may be used from any thread. It is `@unchecked Sendable` because OpenSSL counts references to an `SSL_CTX` atomically,
/// and nothing changes it after it was made.
package final class TLSContext: @unchecked Sendable {
    /// The rule that decides which certificates of a peer are accepted.
    package enum Trust: Sendable {
        /// Accepts certificates that lead to an authority in the system's store.
        case system
        /// Accepts certificates that lead to one of these CA certificates, which are PEM text.
        case certificates([UInt8])
        /// Accepts every certificate. It is only for connections that carry another TLS connection inside, or that need no
        /// authentication.
        case unverified
    }

    let pointer: OpaquePointer
    /// The protocols in their wire form. OpenSSL's callback reads it while a connection lives, so engines keep their context
    /// alive.
    private let alpn: UnsafeMutableBufferPointer<UInt8>

    /// Makes the context of a server.
    /// - Parameter clientTrust: CA certificates in PEM. If it is given, clients are asked for a certificate, and it is
    ///   verified. A client without a certificate is still accepted.
    package static func server(
        identity: TLSIdentity, alpn: [String], clientTrust: [UInt8]? = nil
    ) throws(OpenSSLError) -> TLSContext {
        let context = try TLSContext(TLS_server_method(), alpn: alpn)
        try context.use(identity)
        if let clientTrust {
            try context.trust(clientTrust, naming: true)
            SSL_CTX_set_verify(context.pointer, SSL_VERIFY_PEER, nil)
        }
        context.selectALPN()
        return context
    }

    /// Makes the context of a client. Its connections verify the server's certificate chain and name, unless `trust` is
    /// `unverified`.
    package static func client(
        identity: TLSIdentity?, alpn: [String], trust: Trust
    ) throws(OpenSSLError) -> TLSContext {
        let context = try TLSContext(TLS_client_method(), alpn: alpn)
        if let identity { try context.use(identity) }
        switch trust {
        case .system:
            try check(SSL_CTX_set_default_verify_paths(context.pointer), "the system's CA certificates")
        case .certificates(let pem):
            try context.trust(pem, naming: false)
        case .unverified: break
        }
        if case .unverified = trust {} else { SSL_CTX_set_verify(context.pointer, SSL_VERIFY_PEER, nil) }
        if !context.alpn.isEmpty {
            // Unlike OpenSSL's other functions this one returns 0 for success.
            let refused = SSL_CTX_set_alpn_protos(context.pointer, context.alpn.baseAddress, UInt32(context.alpn.count))
            try check(refused == 0 ? 1 : 0, "ALPN")
        }
        return context
    }

    private init(_ method: OpaquePointer?, alpn protocols: [String]) throws(OpenSSLError) {
        let wire = try Self.wireForm(protocols)
        ERR_clear_error()
        guard let pointer = SSL_CTX_new(method) else { throw .drained(.setup, "TLS context") }
        self.pointer = pointer
        alpn = .allocate(capacity: wire.count)
        _ = alpn.initialize(from: wire)
        try setDefaults()
    }

    deinit {
        SSL_CTX_free(pointer)
        alpn.deallocate()
    }

    private func setDefaults() throws(OpenSSLError) {
        try check(shim_SSL_CTX_set_min_proto_version(pointer, TLS1_2_VERSION), "TLS 1.2 as the minimum version")
        try check(SSL_CTX_set_ciphersuites(pointer, Self.tls13Ciphers), "TLS 1.3 ciphers")
        try check(SSL_CTX_set_cipher_list(pointer, Self.tls12Ciphers), "TLS 1.2 ciphers")
        // OpenSSL refuses a list with an unknown name, and a FIPS provider does not know X25519.
        if shim_SSL_CTX_set1_groups_list(pointer, "X25519:P-256:P-384") != 1 {
            try check(shim_SSL_CTX_set1_groups_list(pointer, "P-256:P-384"), "key exchange groups")
        }
        shim_SSL_CTX_set_strict_options(pointer)
        // RELEASE_BUFFERS saves memory: 34 instead of 48 kB per connection. ACCEPT_MOVING_WRITE_BUFFER allows a write to be
        // retried from another address. NO_AUTO_CHAIN sends the chain as the file has it; otherwise OpenSSL would complete it
        // with the CAs that clients are verified against.
        let mode = SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN
        shim_SSL_CTX_set_mode(pointer, Int(mode))
        // Mattermost's client does not resume sessions, so session tickets would only cost 43 µs per handshake.
        shim_SSL_CTX_set_session_cache_off(pointer)
        try check(SSL_CTX_set_num_tickets(pointer, 0), "no session tickets")
        // When client certificates are verified, OpenSSL refuses clients that offer a session unless this context id is set.
        let name = "teleport-mattermost"
        try check(SSL_CTX_set_session_id_context(pointer, name, UInt32(name.utf8.count)), "session id context")
    }

    /// AES-128 comes first because it takes 7 µs less per connection than AES-256.
    private static let tls13Ciphers = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
    private static let tls12Ciphers =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
        + "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
}

extension TLSContext {
    private func use(_ identity: TLSIdentity) throws(OpenSSLError) {
        let chain = try PEM.certificates(identity.certificateChain, what: "certificate")
        let key = try PEM.privateKey(identity.privateKey.reveal(), what: "private key")
        let certificate = chain[0]
        try check(SSL_CTX_use_certificate(pointer, certificate.pointer), "certificate")
        for certificate in chain.dropFirst() {
            try check(shim_SSL_CTX_add1_chain_cert(pointer, certificate.pointer), "certificate chain")
        }
        try check(SSL_CTX_use_PrivateKey(pointer, key.pointer), "private key does not belong to the certificate")
        try check(SSL_CTX_check_private_key(pointer), "private key does not belong to the certificate")
    }

    /// Adds CA certificates by which peers are verified.
    /// - Parameter naming: whether clients are sent the names of the CAs, so that they can choose a certificate.
    private func trust(_ pem: [UInt8], naming: Bool) throws(OpenSSLError) {
        let store = SSL_CTX_get_cert_store(pointer)
        for certificate in try PEM.certificates(pem, what: "CA certificates") {
            try check(X509_STORE_add_cert(store, certificate.pointer), "CA certificates")
            if naming { try check(SSL_CTX_add_client_CA(pointer, certificate.pointer), "CA certificates") }
        }
        // As in Go, every certificate in the file is a trust anchor, an intermediate one too.
        try check(X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN)), "CA certificates")
    }

    /// Selects the first of the server's protocols that the client offers too. Without a common protocol the handshake fails
    /// with an alert. A client that does not use ALPN is accepted.
    private func selectALPN() {
        guard !alpn.isEmpty else { return }
        let unretained = Unmanaged.passUnretained(self).toOpaque()
        SSL_CTX_set_alpn_select_cb(
            pointer,
            { _, out, outLength, offered, offeredLength, argument in
                guard let out, let argument else { return SSL_TLSEXT_ERR_ALERT_FATAL }
                let ours = Unmanaged<TLSContext>.fromOpaque(argument).takeUnretainedValue().alpn
                var chosen: UnsafeMutablePointer<UInt8>?
                let outcome = SSL_select_next_proto(
                    &chosen, outLength, ours.baseAddress, UInt32(ours.count), offered, offeredLength)
                guard outcome == OPENSSL_NPN_NEGOTIATED else { return SSL_TLSEXT_ERR_ALERT_FATAL }
                out.pointee = UnsafePointer(chosen)
                return SSL_TLSEXT_ERR_OK
            },
            unretained)
    }

    private static func wireForm(_ protocols: [String]) throws(OpenSSLError) -> [UInt8] {
        var wire: [UInt8] = []
        for name in protocols {
            guard (1...255).contains(name.utf8.count) else {
                throw OpenSSLError(.setup, "ALPN name \"\(name)\" must have 1 to 255 bytes")
            }
            wire.append(UInt8(name.utf8.count))
            wire.append(contentsOf: name.utf8)
        }
        return wire
    }
}

/// Throws OpenSSL's error queue unless `outcome` is 1.
private func check(_ outcome: Int32, _ what: String) throws(OpenSSLError) {
    guard outcome == 1 else { throw .drained(.setup, what) }
}
