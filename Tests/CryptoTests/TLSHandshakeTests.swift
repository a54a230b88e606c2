import ActionCrypto
import TestSupport
import Testing

@Suite("TLS handshakes, engine against engine") struct TLSHandshakeTests {
    let certificates: Certificates

    init() throws { certificates = try Certificates.shared() }

    @Test("A client with a certificate of the cluster is known by its name")
    func mutual() throws {
        let pair = try EnginePair(client: certificates.client)
        #expect(pair.handshake().isDone)
        #expect(pair.server.peerCommonName == "access-plugin-mattermost")
        #expect(pair.client.version == "TLSv1.3")
        #expect(pair.server.serverName == Certificates.authServerName)
    }

    @Test("A client without a certificate is let in, nameless")
    func anonymous() throws {
        let pair = try EnginePair()
        #expect(pair.handshake().isDone)
        #expect(pair.server.peerCommonName == nil)
    }

    @Test("The handshake works a byte at a time, both ways", arguments: [1, 2, 5, 7, 1000])
    func split(chunk: Int) throws {
        #expect(try EnginePair(client: certificates.client).handshake(chunk: chunk).isDone)
    }

    @Test("A server of another CA is refused with an alert")
    func wrongCA() throws {
        let outcome = try EnginePair(trust: certificates.foreignCA).handshake()
        let error = try #require(outcome.clientError)
        #expect(error.code == .untrustedPeer)
        #expect("\(error)".contains("certificate verify failed: unable to get local issuer certificate"))
        #expect(outcome.serverError?.code == .alert)
        #expect("\(try #require(outcome.serverError))".contains("tlsv1 alert unknown ca"))
    }

    @Test("A server with another name is refused")
    func wrongName() throws {
        for pair in [
            try EnginePair(name: "elsewhere.example"), try EnginePair(server: certificates.misnamedServer),
        ] {
            let error = try #require(pair.handshake().clientError)
            #expect("\(error)" == "TLS handshake failed: certificate verify failed: hostname mismatch")
            #expect(error.verifyReason == "hostname mismatch")
        }
    }

    @Test("A server's certificate that is out of date is refused")
    func expiredServer() throws {
        let outcome = try EnginePair(server: certificates.expiredServer).handshake()
        #expect(outcome.clientError?.verifyReason == "certificate has expired")
        #expect("\(try #require(outcome.serverError))".contains("sslv3 alert certificate expired"))
    }

    @Test("A wildcard stands for one whole label")
    func wildcard() throws {
        #expect(try EnginePair(name: "node.teleport.cluster.local").handshake().isDone)
        #expect(try !EnginePair(name: "a.node.teleport.cluster.local").handshake().isDone)
    }

    @Test("An address is matched as an address, not as a name")
    func address() throws {
        let trust = try certificates.listenerCA
        let pair = try EnginePair(server: certificates.listener, name: "127.0.0.1", trust: trust)
        #expect(pair.handshake().isDone)
        #expect(pair.server.serverName == nil)
        let other = try EnginePair(server: certificates.listener, name: "127.0.0.2", trust: trust).handshake()
        #expect(other.clientError?.verifyReason == "IP address mismatch")
    }

    /// Under TLS 1.3 the client's handshake is complete before the server has checked the client's certificate.
    @Test(
        "A refused client certificate reaches the client as the right alert, after its handshake",
        arguments: [("expired-client", "sslv3 alert certificate expired"), ("foreign-client", "tlsv1 alert unknown ca")])
    func refusedClient(name: String, alert: String) throws {
        let pair = try EnginePair(client: certificates.identity(name))
        let outcome = pair.handshake()
        #expect(outcome.serverError?.code == .untrustedPeer)
        #expect(try outcome.client.get())
        let error = #expect(throws: OpenSSLError.self) { try pair.client.readAll() }
        #expect(error?.code == .alert)
        #expect("\(try #require(error))" == "TLS read failed: \(alert)")
    }

    @Test("The server's order of ALPN names decides")
    func alpn() throws {
        let pair = try EnginePair(clientALPN: ["http/1.1", "h2"], serverALPN: ["h2", "http/1.1"])
        #expect(pair.handshake().isDone)
        #expect(pair.client.alpn == "h2")
        #expect(pair.server.alpn == "h2")
    }

    @Test("No common ALPN name is a fatal alert")
    func alpnMismatch() throws {
        let outcome = try EnginePair(clientALPN: ["h2"], serverALPN: ["http/1.1"]).handshake()
        #expect("\(try #require(outcome.clientError))".contains("no application protocol"))
        #expect(outcome.clientError?.code == .alert)
        #expect("\(try #require(outcome.serverError))".contains("no application protocol"))
    }

    @Test("A client that offers no ALPN is let in without a protocol")
    func alpnAbsent() throws {
        let pair = try EnginePair(serverALPN: ["h2"])
        #expect(pair.handshake().isDone)
        #expect(pair.server.alpn == nil)
    }
}
