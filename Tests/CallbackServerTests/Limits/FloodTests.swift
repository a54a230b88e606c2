import ActionCrypto
import NIOCore
import TestSupport
import Testing

@testable import CallbackServer

/// A valid click is answered while an attack holds connections open.
@Suite(.timeLimit(.minutes(2))) struct FloodTests {
    enum Attack: String, CaseIterable {
        case silent, halfHello, halfHead, halfBody, garbage, refused

        func begin(_ client: RawClient) async throws {
            switch self {
            case .silent: break
            case .halfHello: client.send("\u{16}\u{3}\u{1}\u{1}")
            case .halfHead: client.send("GET /healthz HTTP/1.1\r\nHos")
            case .halfBody: client.send(String(ClickText.post(try ClickText.signed()).dropLast(10)))
            // The server answers and closes, and the client keeps its side open.
            case .garbage:
                client.send("hello")
                _ = await client.rest()
            case .refused:
                client.send("POST /mattermost_action HTTP/1.1\r\n\r\n")
                _ = await client.rest()
            }
        }

        var isPlain: Bool { self == .refused }

        /// Whether the attack begins after a handshake.
        var isInside: Bool { self == .halfHead || self == .halfBody }
    }

    @Test(
        "A click is answered while connections with unfinished handshakes or requests take every place",
        arguments: Attack.allCases,
        [true, false])
    func flood(attack: Attack, fromOneSource: Bool) async throws {
        var limits = CallbackServer.Limits()
        limits.maxConnections = 24
        limits.connectionsPerSource = fromOneSource ? 12 : 48
        (limits.handshake, limits.head, limits.request) = (.seconds(600), .seconds(600), .seconds(600))
        (limits.linger, limits.idle) = (.seconds(600), .seconds(600))
        let identity = attack.isPlain ? nil : try Certificates.shared().listener
        try await RunningServer.with(limits: limits, tls: identity) { server in
            let tls = attack.isPlain ? nil : try Self.trusting()
            let mattermost = try await RawClient.connect(port: server.port, tls: tls)
            try await Self.click(mattermost)
            var attackers: [RawClient] = []
            for _ in 0..<60 {
                let client = try await RawClient.connect(
                    port: server.port, tls: attack.isInside ? tls : nil, holdsOpen: true)
                try await attack.begin(client)
                attackers.append(client)
            }
            try await Self.click(mattermost)
            try await Self.click(server, tls)
            // The first attacker was closed for another connection, because no time limit has passed.
            if let first = attackers.first { _ = await first.rest() }
            try await Self.click(server, tls)
            for client in attackers + [mattermost] { client.channel.close(promise: nil) }
        }
    }

    @Test("A click is answered beside 1,000 idle TLS connections, and none of them is closed for it")
    func idle() async throws {
        try await RunningServer.with(tls: Certificates.shared().listener) { server in
            let tls = try Self.trusting()
            var idle: [RawClient] = []
            for _ in 0..<50 {
                idle += try await withThrowingTaskGroup(of: RawClient.self) { group in
                    for _ in 0..<20 {
                        group.addTask {
                            let client = try await RawClient.connect(port: server.port, tls: tls)
                            #expect(await client.reply(to: ClickText.get("/healthz")).hasPrefix("HTTP/1.1 200 "))
                            return client
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
            }
            try await Self.click(server, tls)
            for client in [idle.first, idle.last] {
                #expect(await client?.reply(to: ClickText.get("/healthz")).hasPrefix("HTTP/1.1 200 ") == true)
            }
            for client in idle { client.channel.close(promise: nil) }
        }
    }

    @Test("A connection that brought a signed click stays while there are others to close")
    func deserving() async throws {
        var limits = CallbackServer.Limits()
        limits.maxConnections = 4
        try await RunningServer.with(limits: limits) { server in
            let clicker = try await server.client()
            #expect(await clicker.reply(to: ClickText.post(try ClickText.signed())).hasPrefix("HTTP/1.1 200 "))
            for _ in 0..<20 {
                let client = try await server.client()
                #expect(await client.reply(to: ClickText.get("/healthz")).hasPrefix("HTTP/1.1 200 "))
            }
            #expect(await clicker.reply(to: ClickText.post(try ClickText.signed())).hasPrefix("HTTP/1.1 200 "))
            await clicker.close()
        }
    }

    private static func click(_ server: RunningServer, _ tls: TLSContext?) async throws {
        let client = try await RawClient.connect(port: server.port, tls: tls)
        try await click(client)
        await client.close()
    }

    private static func click(_ client: RawClient) async throws {
        #expect(await client.reply(to: ClickText.post(try ClickText.signed())).hasSuffix(#"{"ephemeral_text":"done"}"#))
    }

    private static func trusting() throws -> TLSContext {
        try TLSContext.client(identity: nil, alpn: [], trust: .certificates(Certificates.shared().listenerCA))
    }
}
