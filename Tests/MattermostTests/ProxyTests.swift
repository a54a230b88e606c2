import Access
import ActionCrypto
import TestSupport
import Testing

@testable import Mattermost

@Suite("Mattermost through an HTTP proxy, and with authorities of its own", .timeLimit(.minutes(1)))
struct ProxyTests {
    private let me = answer("{\"id\":\"\(bot)\",\"username\":\"teleport\",\"is_bot\":true,\"roles\":\"\",\"delete_at\":0}")

    /// Runs a server with TLS, and a client that reaches it through the proxy.
    private func through(
        _ behaviour: ConnectProxy.Behaviour, credentials: String = "",
        _ test: (ConnectProxy, FaultyServer, MattermostClient) async throws -> Void
    ) async throws {
        let certificates = try Certificates.shared()
        let tls = try TLSContext.server(identity: try certificates.listener, alpn: ["http/1.1"])
        let me = me
        try await ConnectProxy.run(behaviour) { proxy in
            try await FaultyServer.run(tls: tls) { _ in
                .send(me)
            } _: { server in
                let url = server.url.replacing("127.0.0.1", with: "localhost")
                var configuration = MattermostClient.Configuration(url: try ServerURL(url), token: Secret(token))
                configuration.caFile = certificates.path("callback-ca.crt")
                configuration.proxy = try HTTPProxy(
                    "http://\(credentials)127.0.0.1:\(proxy.port)", source: "[mattermost] proxy")
                let client = try MattermostClient(configuration)
                defer { client.shutdown() }
                try await test(proxy, server, client)
            }
        }
    }

    @Test("Calls go by CONNECT, with user and password; the proxy sees no token")
    func connects() async throws {
        try await through(.demands("dXNlcjpwQHNz"), credentials: "user:p%40ss@") { proxy, server, client in
            let user = try await client.me()
            #expect(user.username == "teleport")
            let authority = server.url.replacing("https://127.0.0.1", with: "localhost")
            #expect(Set(proxy.requests) == ["CONNECT \(authority) HTTP/1.1"])
            #expect(server.requests.first?.header("proxy-authorization") == nil)
        }
    }

    @Test(
        "A refusal is told with what to do",
        arguments: [
            (
                ConnectProxy.Behaviour.demands("x"),
                "HTTP 407. Put user and password into [mattermost] proxy, http://user:password@"
            ),
            (.answers("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"), "HTTP 403. Let the proxy allow connections to "),
            (.answers("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"), "HTTP 502. See whether the proxy can reach "),
        ])
    func refused(_ behaviour: ConnectProxy.Behaviour, _ words: String) async throws {
        try await through(behaviour) { _, _, client in
            let found = try await failure { () throws(MattermostError) in try await client.me() }
            #expect(found.code == .unreachable && found.message.contains(words), "\(found)")
        }
    }

    @Test("A proxy that is not there is named in what to do")
    func away() async throws {
        var configuration = MattermostClient.Configuration(
            url: try ServerURL("https://chat.example.com"), token: Secret(token))
        let port = try FreePort.find()
        configuration.proxy = try HTTPProxy("http://user:secret-pass@127.0.0.1:\(port)", source: "HTTPS_PROXY")
        let client = try MattermostClient(configuration)
        defer { client.shutdown() }
        let found = try await failure { () throws(MattermostError) in try await client.me() }
        #expect(found.message.contains("the way to the proxy 127.0.0.1:\(port) (HTTPS_PROXY) and on from there"), "\(found)")
        #expect(!found.message.contains("secret-pass"))
    }

    @Test("With a file of authorities the others are not trusted, and the error names the file")
    func otherAuthority() async throws {
        let certificates = try Certificates.shared()
        let tls = try TLSContext.server(identity: try certificates.listener, alpn: ["http/1.1"])
        let me = me
        try await FaultyServer.run(tls: tls) { _ in
            .send(me)
        } _: { server in
            let url = server.url.replacing("127.0.0.1", with: "localhost")
            let file = certificates.path("auth.cas")
            let client = try makeClient(url, caFile: file)
            defer { client.shutdown() }
            let found = try await failure { () throws(MattermostError) in try await client.me() }
            #expect(found.message.contains("Let [mattermost] ca_file \(file) have the authority of \(url)"), "\(found)")
        }
    }

    @Test("A token that was replaced stays out of errors, because a call that was made with it may still fail")
    func formerToken() async throws {
        try await FaultyServer.run { _ in
            .send(answer(token, status: 500, type: "text/plain"))
        } _: { server in
            let client = try makeClient(server.url)
            defer { client.shutdown() }
            for number in 0..<3 { try client.use(Secret("anotherTOKENtoken12345678\(number)")) }
            // The helper expects that the error shows the token nowhere.
            let found = try await failure { () throws(MattermostError) in try await client.me() }
            #expect(found.message.contains("<redacted>"))
        }
    }

    @Test("A token that is replaced is used by the next call")
    func replacedToken() async throws {
        let me = me
        try await FaultyServer.run { _ in
            .send(me)
        } _: { server in
            let client = try makeClient(server.url)
            defer { client.shutdown() }
            _ = try await client.me()
            #expect(client.knownBotName == "teleport")
            try client.use(Secret("anotherTOKENtoken123456789"))
            #expect(client.knownBotName == nil)
            _ = try await client.me()
            #expect(
                server.requests.map { $0.header("authorization") }
                    == ["Bearer \(token)", "Bearer anotherTOKENtoken123456789"])
            #expect(throws: MattermostError.self) { try client.use(Secret("with space")) }
            _ = try await client.me()
            #expect(server.requests.last?.header("authorization") == "Bearer anotherTOKENtoken123456789")
        }
    }
}
