import Access
import NIOPosix
import Sandbox
import TestSupport
import Testing

@testable import Watcher

@Suite("Through an HTTP proxy", .timeLimit(.minutes(1)))
struct HTTPProxyTests {
    private static let pair = "dXNlcjpwQHNz"

    private func proxy(_ port: Int, credentials: String = "") throws -> HTTPProxy {
        try HTTPProxy("http://\(credentials)127.0.0.1:\(port)", source: "[teleport] proxy")
    }

    private func works(_ test: AuthUnderTest, as route: Route) async throws {
        _ = try await test.log.first { $0.hasPrefix("info Reaching Teleport at") && $0.contains("as \(route)") }
        let id = test.auth.createRequest(user: "alice", roles: ["dba"])
        #expect(try await test.client.requests().map(\.id.rawValue) == [id])
    }

    @Test("The auth service itself is reached by CONNECT, with user and password")
    func direct() async throws {
        try await ConnectProxy.run(.demands(Self.pair)) { server in
            let proxy = try proxy(server.port, credentials: "user:p%40ss@")
            try await AuthUnderTest.run(adjust: { $0.proxy = proxy }) { test in
                try await works(test, as: .direct)
                #expect(server.requests == ["CONNECT \(test.client.configuration.address) HTTP/1.1"])
                #expect(!test.log.items.contains { $0.contains("p@ss") || $0.contains(Self.pair) })
            }
        }
    }

    @Test("Each route of a Teleport proxy is reached by CONNECT", arguments: [Route.tlsRouting, .upgrade])
    func routes(_ route: Route) async throws {
        let certificates = try Certificates.shared()
        try await ConnectProxy.run(.connects) { server in
            try await AuthUnderTest.run { direct in
                var settings = SandboxProxy.Configuration(
                    identity: try certificates.listener, authPort: try await direct.auth.address.port)
                (settings.routesTLS, settings.upgrades) = route == .upgrade ? (false, ["websocket"]) : (true, [])
                let teleportProxy = SandboxProxy(settings)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    defer { group.cancelAll() }
                    group.addTask { try await teleportProxy.run() }
                    var configuration = TeleportConfiguration.test(
                        port: try await teleportProxy.port, certificates: certificates)
                    configuration.proxy = try proxy(server.port)
                    let test = AuthUnderTest(auth: direct.auth, configuration: configuration)
                    group.addTask { try await test.watcher.run() }
                    try await works(test, as: route)
                    #expect(!server.requests.isEmpty)
                    #expect(server.requests.allSatisfy { $0 == "CONNECT \(configuration.address) HTTP/1.1" })
                }
            }
        }
    }

    @Test("What a Teleport proxy says of itself is asked for by CONNECT too")
    func probe() async throws {
        let certificates = try Certificates.shared()
        try await ConnectProxy.run(.connects) { server in
            try await AuthUnderTest.run { direct in
                var settings = SandboxProxy.Configuration(
                    identity: try certificates.listener, authPort: try await direct.auth.address.port)
                (settings.routesTLS, settings.version) = (false, "7.3.2")
                let teleportProxy = SandboxProxy(settings)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    defer { group.cancelAll() }
                    group.addTask { try await teleportProxy.run() }
                    var configuration = TeleportConfiguration.test(
                        port: try await teleportProxy.port, certificates: certificates)
                    configuration.proxy = try proxy(server.port)
                    let test = AuthUnderTest(auth: direct.auth, configuration: configuration)
                    group.addTask { try await test.watcher.run() }
                    #expect(try await test.firstFailure().hasPrefix("This is a proxy of Teleport 7.3.2"))
                }
            }
        }
    }

    @Test(
        "A proxy that makes no tunnel is told with what to do, and no other route is tried",
        arguments: [
            (ConnectProxy.Behaviour.demands("x"), "answered CONNECT 192.0.2.1:3025 with HTTP 407; put user and password into"),
            (.answers("HTTP/1.1 403 Forbidden\r\n\r\n"), "with HTTP 403; let the proxy allow connections to 192.0.2.1:3025"),
            (.answers("HTTP/1.0 502 Bad Gateway\r\n\r\n"), "with HTTP 502; see whether the proxy can reach 192.0.2.1:3025"),
            (.answers("SSH-2.0-OpenSSH_9.2\r\n"), "did not answer CONNECT 192.0.2.1:3025 with HTTP; let [teleport] proxy name"),
            (.answers("HTTP/1.1 200 OK\r\n" + String(repeating: "X: y\r\n", count: 5000)), "with a head that has no end"),
            (.answers("HTTP/1.1 xyz\r\n\r\n"), "did not answer CONNECT"),
            (.closes, "closed the connection instead of connecting to 192.0.2.1:3025"),
            (.silent, "gave no answer in time to CONNECT 192.0.2.1:3025"),
        ])
    func refused(_ behaviour: ConnectProxy.Behaviour, _ words: String) async throws {
        let certificates = try Certificates.shared()
        try await ConnectProxy.run(behaviour) { server in
            var configuration = TeleportConfiguration.test(port: 1, certificates: certificates)
            configuration.address = "192.0.2.1:3025"
            configuration.proxy = try proxy(server.port)
            configuration.connectTimeout = .milliseconds(500)
            let error = try await #require(failure(configuration))
            #expect(error.message.contains(words), "\(error.message)")
            #expect(error.message.hasPrefix("the proxy 127.0.0.1:\(server.port) ([teleport] proxy) "), "\(error.message)")
            #expect(error.reason == .proxy)
            #expect(server.requests.count == 1)
        }
    }

    @Test("A wrong password is told apart from a missing one")
    func wrongPassword() async throws {
        let certificates = try Certificates.shared()
        try await ConnectProxy.run(.demands(Self.pair)) { server in
            var configuration = TeleportConfiguration.test(port: 1, certificates: certificates)
            configuration.proxy = try proxy(server.port, credentials: "user:wrong-password@")
            let error = try await #require(failure(configuration))
            #expect(error.message.contains("with HTTP 407; correct the user and the password in [teleport] proxy"))
            #expect(!error.message.contains("wrong-password"))
        }
    }

    @Test("A proxy that is not there is named, and not the server behind it")
    func away() async throws {
        let port = try FreePort.find()
        var configuration = TeleportConfiguration.test(port: 1, certificates: try Certificates.shared())
        configuration.proxy = try proxy(port)
        let error = try await #require(failure(configuration))
        #expect(error.message.hasPrefix("cannot connect to the proxy 127.0.0.1:\(port) ([teleport] proxy): Connection refused"))
    }

    private func failure(_ configuration: TeleportConfiguration) async throws -> TeleportError? {
        let finder = RouteFinder(
            address: try AuthAddress(parsing: configuration.address), credentials: try .load(configuration),
            configuration: configuration, group: MultiThreadedEventLoopGroup.singleton, order: Route.allCases)
        return await #expect(throws: TeleportError.self) { _ = try await finder.dial() }
    }
}
