import Access
import Foundation
import Logging
import Sandbox
import Synchronization
import TestSupport
import Testing

@testable import Watcher

/// A sandbox auth service with a client and a watcher beside it, all stopped at the end of ``run``.
struct AuthUnderTest: Sendable {
    let auth: SandboxAuth
    let client: TeleportClient
    let watcher: WatcherService
    let events: Observer<WatchEvent>
    let log: Observer<String>

    /// - Parameter adjust: changes the client's configuration before it starts.
    static func run(
        server: (inout SandboxAuth.Configuration) throws -> Void = { _ in },
        adjust: (inout TeleportConfiguration) throws -> Void = { _ in },
        _ body: @escaping @Sendable (AuthUnderTest) async throws -> Void
    ) async throws {
        let certificates = try Certificates.shared()
        var settings = SandboxAuth.Configuration(
            identity: try certificates.teleportServer, clientCA: try certificates.teleportCA)
        try server(&settings)
        let auth = SandboxAuth(settings)
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask(executorPreference: OwnThread()) { try await auth.run() }
            let address = try await auth.address
            var configuration = TeleportConfiguration.test(port: address.port, certificates: certificates)
            try adjust(&configuration)
            let test = AuthUnderTest(auth: auth, configuration: configuration)
            group.addTask { try await test.watcher.run() }
            try await body(test)
        }
    }

    init(auth: SandboxAuth, configuration: TeleportConfiguration) {
        self.auth = auth
        let events = Observer<WatchEvent>()
        let log = Observer<String>()
        let logger = Logger(label: "test") { _ in RecordingLog(lines: log) }
        (self.events, self.log) = (events, log)
        client = TeleportClient(configuration: configuration, logger: logger)
        watcher = WatcherService(client: client, logger: logger) { events.record($0) }
    }

    /// Waits for the first failure of the watch and returns its message.
    func firstFailure() async throws -> String { try await firstError().message }

    /// Waits for the first failure of the watch.
    func firstError() async throws -> TeleportError {
        let event = try await events.first { if case .disconnected = $0 { true } else { false } }
        guard case .disconnected(let error) = event else { throw Unexpected() }
        return error
    }

    struct Unexpected: Error {}
}

extension TeleportConfiguration {
    static func test(port: Int, certificates: Certificates) -> Self {
        var configuration = Self(
            address: "127.0.0.1:\(port)", clientKey: certificates.path("auth.key"),
            clientCertificate: certificates.path("auth.crt"), rootCAs: certificates.path("auth.cas"))
        configuration.callTimeout = .seconds(30)
        configuration.nameTimeout = .seconds(30)
        configuration.firstBackoff = .milliseconds(10)
        configuration.longestBackoff = .milliseconds(100)
        return configuration
    }

    mutating func useClient(_ name: String, of certificates: Certificates) {
        clientKey = certificates.path("\(name).key")
        clientCertificate = certificates.path("\(name).crt")
    }
}
