import Access
import NIOPosix
import Sandbox
import TestSupport
import Testing

@testable import Watcher

@Suite("Through a proxy", .timeLimit(.minutes(1)))
struct ProxyTests {
    /// - Parameter adjust: changes the proxy before it starts.
    private func through(
        _ adjust: @escaping @Sendable (inout SandboxProxy.Configuration) -> Void,
        _ body: @escaping @Sendable (AuthUnderTest, SandboxProxy) async throws -> Void
    ) async throws {
        let certificates = try Certificates.shared()
        try await AuthUnderTest.run { direct in
            var settings = SandboxProxy.Configuration(
                identity: try certificates.listener, authPort: try await direct.auth.address.port)
            adjust(&settings)
            let proxy = SandboxProxy(settings)
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await proxy.run() }
                var configuration = TeleportConfiguration.test(port: try await proxy.port, certificates: certificates)
                if let name = settings.onlyName { configuration.address = "\(name):\(try await proxy.port)" }
                let test = AuthUnderTest(auth: direct.auth, configuration: configuration)
                group.addTask { try await test.watcher.run() }
                try await body(test, proxy)
            }
        }
    }

    private func works(_ test: AuthUnderTest, as route: Route) async throws {
        _ = try await test.log.first { $0.hasPrefix("info Reaching Teleport at") && $0.contains("as \(route)") }
        _ = try await test.events.first { $0 == .connected }
        let id = test.auth.createRequest(user: "alice", roles: ["dba"])
        let changed = WatchEvent.changed(try #require(RequestID(id)))
        _ = try await test.events.first { $0 == changed }
        #expect(try await test.client.requests().map(\.id.rawValue) == [id])
    }

    @Test("TLS routing passes the connection on by its ALPN protocol")
    func routing() async throws {
        try await through({ _ in }) { test, _ in try await works(test, as: .tlsRouting) }
    }

    @Test("Behind a load balancer that ends TLS the connection is upgraded", arguments: ["websocket", "alpn-ping", "alpn"])
    func upgrade(kind: String) async throws {
        try await through({ ($0.routesTLS, $0.upgrades, $0.version) = (false, [kind], "15.4.0") }) { test, proxy in
            try await works(test, as: .upgrade)
            if kind == "websocket" { try await proxy.pongs.first { $0 > 0 } }
        }
    }

    @Test(
        "A connection upgrade passes a load balancer that refuses every server name but its own", arguments: [40, 112])
    func strictName(alert: UInt8) async throws {
        try await through({
            ($0.routesTLS, $0.upgrades, $0.onlyName, $0.foreignNameAlert) = (false, ["websocket"], "localhost", alert)
        }) { test, _ in
            try await works(test, as: .upgrade)
            #expect(!test.events.items.contains { if case .disconnected = $0 { true } else { false } })
        }
    }

    @Test(
        "If the load balancer offers no upgrade either, the error has the reason of each route",
        arguments: [(40, "handshake failure"), (112, "unrecognized name")])
    func strictNameWithoutUpgrade(alert: UInt8, words: String) async throws {
        try await through({
            ($0.routesTLS, $0.onlyName, $0.foreignNameAlert) = (false, "localhost", alert)
        }) { test, _ in
            let reason = try await test.firstFailure()
            #expect(reason.contains("No way to the auth service"))
            for route in Route.allCases { #expect(reason.contains("as \(route)")) }
            #expect(reason.ranges(of: words).count == 1, "the reason that two routes have in common is told once")
            #expect(reason.contains("HTTP 404: it offers no connection upgrade"))
        }
    }

    @Test(
        "An alert about the plugin's certificate ends the search, any other goes on to the next route",
        arguments: [
            (42, true), (43, true), (44, true), (45, true), (46, true), (48, true), (49, true), (116, true),
            (40, false), (70, false), (80, false), (112, false), (120, false),
        ])
    func alerts(alert: UInt8, isFinal: Bool) async throws {
        let message = try await words(afterAlert: alert, to: Route.allCases)
        #expect(message.contains("No way to the auth service") == !isFinal, "\(message)")
    }

    @Test("A load balancer's own alert, before the upgrade, ends nothing", arguments: [40, 48, 116])
    func outerAlerts(alert: UInt8) async throws {
        let message = try await words(afterAlert: alert, to: [.upgrade])
        #expect(message.contains("as \(Route.upgrade): "), "\(message)")
        #expect(message.contains("the TLS before the upgrade failed: "), "\(message)")
    }

    private func words(afterAlert alert: UInt8, to order: [Route]) async throws -> String {
        let certificates = try Certificates.shared()
        let words = Observer<String>()
        try await HostileServer.run(.says([21, 3, 3, 0, 2, 2, alert])) { server in
            let configuration = TeleportConfiguration.test(port: server.port, certificates: certificates)
            let finder = RouteFinder(
                address: try AuthAddress(parsing: configuration.address), credentials: try .load(configuration),
                configuration: configuration, group: MultiThreadedEventLoopGroup.singleton, order: order)
            let error = await #expect(throws: TeleportError.self) { _ = try await finder.dial() }
            words.record(error?.message ?? "none")
        }
        return words.items.last ?? ""
    }

    @Test("Long lists pass an upgraded connection whole", arguments: ["websocket", "alpn-ping"])
    func large(kind: String) async throws {
        try await through({ ($0.routesTLS, $0.upgrades) = (false, [kind]) }) { test, _ in
            for _ in 0..<40 {
                test.auth.createRequest(user: "alice", roles: ["dba"], reason: String(repeating: "r", count: 50_000))
            }
            let found = try await test.client.requests()
            #expect(found.count == 40)
        }
    }

    @Test("A proxy of Teleport 7 is said to need the auth service's address, and each route tells its own reason")
    func seven() async throws {
        try await through({ ($0.routesTLS, $0.version) = (false, "7.3.2") }) { test, _ in
            let reason = try await test.firstFailure()
            #expect(
                reason.hasPrefix("This is a proxy of Teleport 7.3.2, which has no TLS routing: addr must be the auth service's")
            )
            for route in Route.allCases { #expect(reason.contains("as \(route)")) }
            #expect(reason.contains("HTTP 404: it offers no connection upgrade"))
            #expect(reason.contains("certificate verify failed"))
        }
    }

    @Test("A newer proxy whose TLS routing is off says so")
    func off() async throws {
        try await through({ $0.routesTLS = false }) { test, _ in
            let reason = try await test.firstFailure()
            #expect(reason.hasPrefix("This is a proxy of Teleport 8.1.0 with TLS routing switched off"))
        }
    }

    @Test("The ALPN protocol of a cluster is its name in hexadecimal")
    func name() {
        #expect(Route.alpnName(of: "a.example") == "teleport-auth@612e6578616d706c65.teleport.cluster.local")
    }

    @Test("The route that worked is tried first the next time, one that misled is tried last")
    func order() {
        var order = RouteOrder()
        #expect(order.routes == [.direct, .tlsRouting, .upgrade])
        #expect(order.succeeded(.upgrade) && !order.succeeded(.upgrade))
        #expect(order.routes == [.upgrade, .direct, .tlsRouting])
        order.misled(.upgrade)
        #expect(order.routes == [.direct, .tlsRouting, .upgrade])
    }
}
