import ActionCrypto
import NIOCore
import NIOEmbedded
import TestSupport
import Testing

@testable import NIOOpenSSL

@Suite("The handshake in a channel") struct HandshakeTests {
    let certificates: Certificates

    init() throws { certificates = try Certificates.shared() }

    @Test("Both sides report the result of the handshake once")
    func agreed() throws {
        let pair = try Pair.connected(clientIdentity: certificates.client, alpn: ["h2"])
        defer { pair.end() }
        let client = TLSHandler.Handshake(
            alpn: "h2", peerCommonName: "teleport.sandbox.example", version: "TLSv1.3", serverName: Certificates.authServerName)
        var server = client
        server.peerCommonName = "access-plugin-mattermost"
        #expect(pair.client.agreed == client)
        #expect(pair.server.agreed == server)
        #expect(pair.client.app.handshakes == ["h2"])
        #expect(pair.server.app.handshakes == ["h2"])
    }

    @Test("The handshake works a byte at a time, and nobody downstream has to read", arguments: [1, 3])
    func byteByByte(chunk: Int) throws {
        let pair = try Pair(client: .client(certificates.client), server: .server())
        defer { pair.end() }
        let before = pair.server.wire.reads
        try pair.carry(chunk: chunk)
        #expect(pair.client.agreed != nil)
        #expect(pair.server.agreed != nil)
        #expect(before == 1)
        #expect(pair.server.wire.reads > 100)
    }

    @Test("The handshake begins also when the handler is added to an active channel")
    func late() throws {
        let channel = EmbeddedChannel()
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/nowhere")).wait()
        let context = try TLSContext.client(identity: nil, alpn: [], trust: .system)
        try channel.pipeline.syncOperations.addHandler(
            TLSHandler(context: context, role: .client(serverName: "localhost"), on: channel.eventLoop))
        #expect(try channel.readOutbound(as: ByteBuffer.self)?.getInteger(at: 0, as: UInt8.self) == 22)
    }

    @Test("A wrong name fails the handshake with the reason, and closes")
    func wrongName() throws {
        let pair = try Pair(client: .client(name: "elsewhere.example"), server: .server())
        defer { pair.end() }
        try pair.carry()
        #expect(pair.client.error?.description == "TLS handshake failed: certificate verify failed: hostname mismatch")
        #expect(pair.client.app.errors.first as? OpenSSLError == pair.client.error)
        #expect(pair.client.tls.failure.error == pair.client.error)
        #expect(pair.client.wire.halfCloses == 1)
        #expect(pair.server.error?.code == .alert)
    }

    @Test("The error of a refused client certificate is the alert, and not the closed channel")
    func refused() throws {
        let pair = try Pair(client: .client(certificates.expiredClient), server: .server())
        defer { pair.end() }
        try pair.carry()
        #expect(pair.client.agreed != nil)
        let failure = try #require(pair.client.tls.failure.error)
        #expect(failure.description == "TLS read failed: sslv3 alert certificate expired")
        #expect(pair.client.app.errors.first as? OpenSSLError == failure)
        #expect(pair.server.error?.verifyReason == "certificate has expired")
        // The server half-closes first, because a reset could discard the alert.
        #expect(pair.server.wire.halfCloses == 1)
        #expect(pair.server.wire.closes == 0)
    }

    @Test("Bytes that are no TLS fail the handshake at once")
    func garbage() throws {
        let server = try Side.server()
        defer { server.end() }
        try server.activate()
        server.receive(Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
        #expect(server.error?.description == "TLS handshake failed: http request")
        #expect(server.error?.code == .failed)
    }

    @Test("A peer that sends nothing fails the handshake at the time limit")
    func timeout() throws {
        let server = try Side.server(handshakeTimeout: .seconds(5))
        defer { server.end() }
        try server.activate()
        server.loop.advanceTime(by: .milliseconds(4999))
        #expect(server.outcome == nil)
        server.loop.advanceTime(by: .milliseconds(1))
        #expect(server.error?.code == .timedOut)
        #expect(server.error?.description == "the TLS handshake did not end within 5 s")
    }

    @Test("A connection that closes during the handshake fails it")
    func closedEarly() throws {
        let client = try Side.client()
        try client.activate()
        client.end()
        #expect(client.error?.code == .closed)
    }

    @Test("The future of a handler that was never used fails")
    func unused() throws {
        let loop = EmbeddedEventLoop()
        let context = try TLSContext.client(identity: nil, alpn: [], trust: .system)
        let future = TLSHandler(context: context, role: .client(serverName: "localhost"), on: loop).handshake
        loop.run()
        #expect(throws: OpenSSLError.self) { try future.wait() }
    }
}
