import Access
import ActionCrypto
import Logging
import Sandbox
import TestSupport
import Testing

@testable import Watcher

@Suite("Credentials that change", .timeLimit(.minutes(1)))
struct RefreshTests {
    private func refreshing(
        _ file: ScratchFile, isOn: Bool = true, _ body: @escaping @Sendable (AuthUnderTest) async throws -> Void
    ) async throws {
        try await AuthUnderTest.run(
            adjust: {
                $0.identity = file.path
                $0.refreshesIdentity = isOn
                $0.refreshInterval = .milliseconds(10)
                $0.callTimeout = .seconds(5)
            }, body)
    }

    private static func renewed() throws -> String {
        let made = try KeyForms.make("ed25519")
        var text = try IdentityText()
        (text.key, text.certificate) = (made.key, made.certificate)
        return text.whole
    }

    @Test("With a changed file a new connection replaces the old one, and no event is missed")
    func replaced() async throws {
        let file = try ScratchFile(try IdentityText().whole)
        try await refreshing(file) { test in
            _ = try await test.events.first { $0 == .connected }
            try file.write(try Self.renewed())
            var ids: Set<String> = []
            for _ in 0..<50 { ids.insert(test.auth.createRequest(user: "alice", roles: ["dba"])) }
            _ = try await test.log.first { $0 == "info Watching with the changed credentials" }
            for _ in 0..<50 { ids.insert(test.auth.createRequest(user: "alice", roles: ["dba"])) }
            for id in ids { _ = try await test.events.first { "\($0)".contains(id) } }
            #expect(!test.events.items.contains { if case .disconnected = $0 { true } else { false } })
            // Calls are made until the old connection has had its time to end.
            let deadline = ContinuousClock.now + .seconds(20)
            repeat { _ = try await test.client.requests() } while test.auth.connectionCount > 1 && .now < deadline
            #expect(test.auth.connectionCount == 1)
            #expect(test.client.status.connected)
        }
    }

    @Test("A broken file is reported, and the old credentials are kept until it is mended")
    func broken() async throws {
        let file = try ScratchFile(try IdentityText().whole)
        try await refreshing(file) { test in
            _ = try await test.events.first { $0 == .connected }
            try file.write("-----BEGIN PRIVATE KEY-----\nMIIB\n")
            _ = try await test.log.first { $0.hasPrefix("warning The credentials before are kept: identity ") }
            #expect(test.client.status.notes.contains { $0.words.contains("has no end; the file may be half written") })
            test.auth.faults.cutConnections()
            try await test.events.count(2) { $0 == .connected }
            try file.write(try Self.renewed())
            _ = try await test.log.first { $0.hasPrefix("info The credentials changed: identity ") }
            #expect(test.client.status.notes.isEmpty)
        }
    }

    @Test("A changed file that the server refuses leaves the old connection as it is")
    func refused() async throws {
        let file = try ScratchFile(try IdentityText().whole)
        try await refreshing(file) { test in
            _ = try await test.events.first { $0 == .connected }
            try file.write(try IdentityText("foreign-client").whole)
            _ = try await test.log.first { $0.hasPrefix("warning No connection with the changed credentials") }
            _ = try await test.client.requests()
            #expect(test.client.status.connected)
        }
    }

    @Test("With refreshing switched off, a change waits for the next connection")
    func off() async throws {
        let file = try ScratchFile(try IdentityText().whole)
        try await refreshing(file, isOn: false) { test in
            _ = try await test.events.first { $0 == .connected }
            try file.write(try Self.renewed())
            test.auth.faults.cutConnections()
            _ = try await test.log.first { $0.hasPrefix("info The credentials changed") }
            #expect(!test.log.items.contains { $0.contains("Watching with the changed") })
        }
    }

    @Test("The certificate's expiry is warned of at a fifth, a tenth and a twentieth of its life, and when it comes, once each")
    func steps() throws {
        var steps = ExpirySteps(notBefore: Timestamp(milliseconds: 0), notAfter: Timestamp(milliseconds: 1000))
        let told = (0...1200).compactMap { steps.news(at: Timestamp(milliseconds: Int64($0))).map(\.rawValue) }
        #expect(told == [20, 10, 5, 0])
        #expect(steps.step(at: Timestamp(milliseconds: 799)) == nil)
    }

    @Test("A warning names the file and the time, and is told once")
    func warning() throws {
        let file = try ScratchFile(try IdentityText().whole)
        var configuration = TeleportConfiguration.test(port: 1, certificates: try Certificates.shared())
        configuration.identity = file.path
        let log = Observer<String>()
        let clock = TestTime()
        let keeper = CredentialKeeper(
            configuration, logger: Logger(label: "test") { _ in RecordingLog(lines: log) }, now: clock.now)
        let certificate = try keeper.load().certificate()
        let life = certificate.notAfter.milliseconds - certificate.notBefore.milliseconds
        for part in [10, 85, 86, 92, 97] {
            clock.set(certificate.notBefore.milliseconds + life * Int64(part) / 100)
            keeper.look()
        }
        #expect(log.items.count == 3)
        #expect(log.items.first?.hasPrefix("warning identity \"\(file.path)\" expires on 20") == true)
        #expect(keeper.notes.first?.words.contains("less than 5 % of its time is left") == true)
        clock.set(certificate.notAfter.milliseconds + 1)
        keeper.look()
        #expect(log.items.last?.hasPrefix("error identity ") == true)
        #expect(throws: TeleportError.self) { try keeper.load() }
    }
}

/// A wall clock that the test sets.
private final class TestTime: Sendable {
    private let time = Observed(Timestamp.now)

    var now: @Sendable () -> Timestamp { { [time] in time.value } }

    func set(_ milliseconds: Int64) { time.update { $0 = Timestamp(milliseconds: milliseconds) } }
}
