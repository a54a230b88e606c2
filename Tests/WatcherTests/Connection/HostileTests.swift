import Access
import Logging
import NIOCore
import ServiceLifecycle
import TestSupport
import Testing

@testable import Watcher

@Suite("Servers that misbehave", .timeLimit(.minutes(2)))
struct HostileTests {
    private static let text = Array("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".utf8)
    private static let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
    private static let goAway: [UInt8] = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11]
    private static let pings = Array(repeating: [UInt8]([0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]), count: 1000)
        .flatMap { $0 }

    @Test("One that closes at once, a hundred times")
    func closes() async throws {
        try await expectFailures(100, from: .closes) { $0.contains("closed during the TLS handshake") }
    }

    @Test("One that stays silent is given up by the handshake's time limit")
    func silent() async throws {
        try await expectFailures(3, from: .silent, limit: .milliseconds(500)) { $0.contains("the TLS handshake did not end") }
    }

    @Test("One that speaks no TLS")
    func noTLS() async throws {
        try await expectFailures(20, from: .says(Self.text)) { message in
            // What is the same for all routes is told once.
            message.contains("as the auth service itself, as a proxy with TLS routing and as a proxy's connection upgrade: ")
                && message.ranges(of: "TLS with Teleport").count == 1 && message.ranges(of: "usually port 3025").count == 1
        }
    }

    @Test("One that closes right after the handshake, a hundred times")
    func closesAfterTLS() async throws {
        try await expectFailures(100, from: .closesAfterTLS) { _ in true }
    }

    @Test("One that speaks TLS but offers no HTTP/2")
    func noALPN() async throws {
        try await expectFailures(2, from: .saysInTLS([], alpn: []), limit: .milliseconds(500)) {
            $0.contains("speaks TLS but not HTTP/2")
        }
    }

    @Test("One that speaks something else than HTTP/2 in TLS")
    func garbage() async throws {
        try await expectFailures(20, from: .saysInTLS(Self.text)) { _ in true }
    }

    @Test("One that never sends its settings is given up by the call's time limit")
    func noSettings() async throws {
        try await expectFailures(3, from: .saysInTLS([]), limit: .milliseconds(500)) { $0.contains("Ping: ") }
    }

    @Test("One that sends settings and then nothing")
    func settingsOnly() async throws {
        try await expectFailures(3, from: .saysInTLS(Self.settings), limit: .milliseconds(500)) { $0.contains("Ping: ") }
    }

    @Test("One that goes away at once")
    func goesAway() async throws {
        try await expectFailures(20, from: .saysInTLS(Self.settings + Self.goAway)) { _ in true }
    }

    @Test("One that sends a megabyte before it is spoken to")
    func floods() async throws {
        try await expectFailures(5, from: .saysInTLS([UInt8](repeating: 0, count: 1 << 20))) { _ in true }
    }

    @Test("One that sends a thousand PINGs")
    func pings() async throws {
        try await expectFailures(3, from: .saysInTLS(Self.settings + Self.pings), limit: .milliseconds(500)) {
            $0.contains("Ping: ")
        }
    }

    @Test(
        "A shutdown ends at once whatever is being waited for",
        arguments: [
            HostileServer.Behaviour.silent, .saysInTLS([]), .saysInTLS(settings), .closes,
        ])
    func shutsDown(behaviour: HostileServer.Behaviour) async throws {
        try await HostileServer.run(behaviour) { server in
            let watcher = try make(behaviour, port: server.port, Observer(), limit: .seconds(3600))
            let group = ServiceGroup(services: [watcher], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
    }

    @Test("A call that waits for a connection ends with the shutdown, not with its time limit")
    func shutsDownCalls() async throws {
        try await HostileServer.run(.silent) { server in
            let watcher = try make(.silent, port: server.port, Observer(), limit: .seconds(3600))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    let error = await #expect(throws: TeleportError.self) { try await watcher.client.requests() }
                    #expect(error?.message.contains("shutting down") == true)
                }
                group.addTask {
                    let running = ServiceGroup(services: [watcher], logger: watcher.logger)
                    async let run: Void = running.run()
                    await running.triggerGracefulShutdown()
                    try await run
                }
                try await group.waitForAll()
            }
        }
    }

    /// Waits for `count` failures in a row, all of which must match.
    private func expectFailures(
        _ count: Int, from behaviour: HostileServer.Behaviour, limit: Duration = .seconds(30),
        _ matches: @Sendable (String) -> Bool
    ) async throws {
        try await HostileServer.run(behaviour) { server in
            let events = Observer<WatchEvent>()
            let watcher = try make(behaviour, port: server.port, events, limit: limit)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await watcher.run() }
                try await events.count(count) { _ in true }
                group.cancelAll()
            }
            for event in events.items {
                guard case .disconnected(let error) = event else {
                    Issue.record("\(event)")
                    continue
                }
                #expect(matches(error.message), "\(error)")
            }
        }
    }

    private func make(_ behaviour: HostileServer.Behaviour, port: Int, _ events: Observer<WatchEvent>, limit: Duration) throws
        -> WatcherService
    {
        var configuration = TeleportConfiguration.test(port: port, certificates: try Certificates.shared())
        (configuration.firstBackoff, configuration.longestBackoff) = (.milliseconds(1), .milliseconds(2))
        // Only a silent server may run into the time limit of the handshake. The others may need long for it on a busy machine.
        configuration.handshakeTimeout = .seconds(3600)
        if case .silent = behaviour { configuration.handshakeTimeout = limit }
        configuration.callTimeout = limit
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let client = TeleportClient(configuration: configuration, logger: logger)
        return WatcherService(client: client, logger: logger) { events.record($0) }
    }
}
