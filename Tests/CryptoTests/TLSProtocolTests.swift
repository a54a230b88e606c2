import COpenSSL
import TestSupport
import Testing

@testable import ActionCrypto

@Suite("The features of TLS that are on and off") struct TLSProtocolTests {
    let certificates: Certificates

    init() throws { certificates = try Certificates.shared() }

    private func limit(_ engine: TLSEngine, from: Int32, to: Int32) {
        SSL_ctrl(engine.ssl, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(from), nil)
        SSL_ctrl(engine.ssl, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(to), nil)
    }

    private func tls12() throws -> EnginePair {
        let pair = try EnginePair(client: certificates.client)
        limit(pair.client, from: TLS1_2_VERSION, to: TLS1_2_VERSION)
        #expect(pair.handshake().isDone)
        return pair
    }

    @Test("TLS 1.2 is good enough")
    func second() throws {
        let pair = try tls12()
        #expect(pair.server.version == "TLSv1.2")
        #expect(pair.server.peerCommonName == "access-plugin-mattermost")
        #expect(
            String(cString: SSL_CIPHER_get_name(SSL_get_current_cipher(pair.server.ssl))) == "ECDHE-ECDSA-AES128-GCM-SHA256")
    }

    @Test("TLS 1.1 is refused with the alert for it")
    func first() throws {
        let pair = try EnginePair()
        SSL_set_cipher_list(pair.client.ssl, "ALL:@SECLEVEL=0")
        limit(pair.client, from: TLS1_1_VERSION, to: TLS1_1_VERSION)
        let outcome = pair.handshake()
        #expect("\(try #require(outcome.clientError))".contains("tlsv1 alert protocol version"))
        #expect(outcome.serverError?.reasons == ["unsupported protocol"])
    }

    @Test("AES-128-GCM over X25519 comes first, whatever the client's order")
    func preference() throws {
        let pair = try EnginePair()
        SSL_set_ciphersuites(pair.client.ssl, "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256")
        #expect(pair.handshake().isDone)
        #expect(String(cString: SSL_CIPHER_get_name(SSL_get_current_cipher(pair.server.ssl))) == "TLS_AES_128_GCM_SHA256")
        #expect(SSL_ctrl(pair.server.ssl, SSL_CTRL_GET_NEGOTIATED_GROUP, 0, nil) == NID_X25519)
    }

    @Test("P-256 serves a client without X25519")
    func group() throws {
        let pair = try EnginePair()
        SSL_ctrl(
            pair.client.ssl, SSL_CTRL_SET_GROUPS_LIST, 0, UnsafeMutableRawPointer(mutating: ("P-256" as StaticString).utf8Start)
        )
        #expect(pair.handshake().isDone)
        #expect(SSL_ctrl(pair.server.ssl, SSL_CTRL_GET_NEGOTIATED_GROUP, 0, nil) == NID_X9_62_prime256v1)
    }

    @Test("No session tickets are sent: after the handshake the server has no output")
    func tickets() throws {
        let pair = try EnginePair()
        #expect(try !pair.client.handshake())
        try pair.forward(from: pair.client, to: pair.server)
        #expect(try !pair.server.handshake())
        try pair.forward(from: pair.server, to: pair.client)
        #expect(try pair.client.handshake())
        try pair.forward(from: pair.client, to: pair.server)
        #expect(try pair.server.handshake())
        #expect(pair.server.pendingOutput == 0)
    }

    /// OpenSSL refuses such a client with an error if it verifies peers and has no session id context.
    @Test("A client that offers an old session gets a new one", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func resumption(version: Int32) throws {
        let first = try EnginePair(client: certificates.client)
        limit(first.client, from: version, to: version)
        #expect(first.handshake().isDone)
        let session = SSL_get1_session(first.client.ssl)
        defer { SSL_SESSION_free(session) }
        let second = try EnginePair(client: certificates.client)
        limit(second.client, from: version, to: version)
        SSL_set_session(second.client.ssl, session)
        #expect(second.handshake().isDone)
        #expect(SSL_session_reused(second.server.ssl) == 0)
    }

    @Test("Renegotiation is refused, and the connection goes on")
    func renegotiation() throws {
        let pair = try tls12()
        SSL_clear_options(pair.client.ssl, UInt64(1) << 30)
        #expect(SSL_renegotiate(pair.client.ssl) == 1)
        SSL_do_handshake(pair.client.ssl)
        #expect(pair.client.pendingOutput > 0)
        try pair.forward(from: pair.client, to: pair.server)
        #expect(try pair.server.readAll().end == .wantsInput)
        try pair.forward(from: pair.server, to: pair.client)
        let error = #expect(throws: OpenSSLError.self) { try pair.client.readAll() }
        #expect(error?.description.contains("no renegotiation") == true)
    }

    @Test("A KeyUpdate is answered, and bytes go on both ways")
    func keyUpdate() throws {
        let pair = try EnginePair()
        #expect(pair.handshake().isDone)
        #expect(SSL_key_update(pair.client.ssl, SSL_KEY_UPDATE_REQUESTED) == 1)
        #expect(try pair.client.write([1, 2]) == 2)
        try pair.forward(from: pair.client, to: pair.server)
        #expect(try pair.server.readAll().bytes == [1, 2])
        #expect(try pair.server.write([3]) == 1)
        try pair.forward(from: pair.server, to: pair.client)
        #expect(try pair.client.readAll().bytes == [3])
    }

    @Test("A close_notify ends one direction alone")
    func halfClose() throws {
        let pair = try EnginePair()
        #expect(pair.handshake().isDone)
        #expect(try pair.client.write([1]) == 1)
        pair.client.shutdown()
        try pair.forward(from: pair.client, to: pair.server)
        let got = try pair.server.readAll()
        #expect(got.bytes == [1])
        #expect(got.end == .closed)
        #expect(try pair.server.write([2]) == 1)
        try pair.forward(from: pair.server, to: pair.client)
        #expect(try pair.client.readAll().bytes == [2])
    }

    @Test("An empty write and an empty feed have no effect")
    func empty() throws {
        let pair = try EnginePair()
        #expect(pair.handshake().isDone)
        #expect(try pair.client.write([]) == 0)
        #expect(pair.client.pendingOutput == 0)
        try pair.client.feed([][...])
        #expect(try pair.client.readAll().end == .wantsInput)
    }

    /// A seeded generator. With `SystemRandomNumberGenerator` a failure could not be repeated.
    struct Seeded: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    @Test("Changed bytes in any flight are refused or ignored, never taken for the truth", arguments: 0..<40)
    func mutation(seed: UInt64) throws {
        var random = Seeded(state: seed)
        let pair = try EnginePair(client: certificates.client)
        let damaged = Int.random(in: 0..<4, using: &random)
        var done = (client: false, server: false)
        for flight in 0..<4 {
            let (from, to) = flight.isMultiple(of: 2) ? (pair.client, pair.server) : (pair.server, pair.client)
            if from === pair.client { done.client = (try? from.handshake()) ?? false }
            if done.client, from === pair.client { _ = try? from.write(Array("secret".utf8)) }
            var bytes = from.takeAll()
            if flight == damaged, !bytes.isEmpty {
                bytes[Int.random(in: bytes.indices, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
            }
            try? to.feed(bytes[...])
            if to === pair.server { done.server = (try? to.handshake()) ?? false }
        }
        if done.server, let got = try? pair.server.readAll().bytes { #expect(got.isEmpty || got == Array("secret".utf8)) }
    }
}
