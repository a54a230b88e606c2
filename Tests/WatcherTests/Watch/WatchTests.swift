import Access
import Sandbox
import TestSupport
import Testing

@testable import Watcher

@Suite("The watch over real sockets", .timeLimit(.minutes(5)))
struct WatchTests {
    @Test("The events of a request come in order after the connection: made, decided and deleted")
    func follows() async throws {
        try await AuthUnderTest.run { test in
            _ = try await test.events.first { $0 == .connected }
            let name = test.auth.createRequest(user: "alice", roles: ["editor"])
            let id = try #require(RequestID(name))
            _ = try await test.events.first { $0 == .changed(id) }
            try test.auth.resolve(name, .approved)
            _ = try await test.events.first { $0 == .changed(id, .approved) }
            test.auth.delete(name)
            _ = try await test.events.first { $0 == .deleted(id) }
            #expect(test.events.items.first == .connected)
            let status = test.client.status
            #expect(status.connected && status.lastFailure == nil && status.serverVersion == "7.3.2")
            #expect(status.identityExpires != nil && status.denials.isEmpty && status.notes.isEmpty)
            #expect(test.client.clusterName == "sandbox.example")
        }
    }

    @Test("The log has the lines of the setup guide, in its order, at debug")
    func logs() async throws {
        try await AuthUnderTest.run { test in
            _ = try await test.events.first { $0 == .connected }
            #expect(
                test.log.items.filter { !$0.contains("Reaching Teleport at") } == [
                    "debug Checking Teleport server version", "debug Starting a request watcher...",
                    "debug Watcher connected",
                ])
        }
    }

    @Test("A stream that is cut is opened again, two hundred times, and every connection before is closed")
    func reconnects() async throws {
        try await AuthUnderTest.run(
            adjust: { ($0.firstBackoff, $0.longestBackoff) = (.milliseconds(1), .milliseconds(1)) }
        ) { test in
            for round in 1...200 {
                try await test.log.count(round) { $0.hasSuffix("Watcher connected") }
                test.auth.faults.cutWatches()
            }
            try await test.log.count(201) { $0.hasSuffix("Watcher connected") }
            #expect(test.auth.connectionCount <= 3)
            #expect(test.log.items.contains { $0.hasPrefix("warning") && $0.contains("Stream unexpectedly closed.") })
            #expect(test.log.items.contains("info Watcher connected"))
        }
    }

    @Test("A watch that ends without an error is a drop as well")
    func endsCleanly() async throws {
        try await AuthUnderTest.run { test in
            _ = try await test.events.first { $0 == .connected }
            test.auth.faults.cutWatches(throwing: nil)
            try await test.events.count(2) { $0 == .connected }
            let reason = try await test.firstFailure()
            #expect(reason.contains("the server ended the watch"))
        }
    }

    @Test("A server that restarts is found again")
    func serverRestarts() async throws {
        try await AuthUnderTest.run { test in
            _ = try await test.events.first { $0 == .connected }
            try await test.auth.stop()
            _ = try await test.events.first { event in
                if case .disconnected(let error) = event { error.words.contains("Connection refused") } else { false }
            }
            #expect(test.client.status.connected == false)
            #expect(test.client.status.lastFailure != nil)
            try await test.auth.start()
            try await test.events.count(2) { $0 == .connected }
            #expect(test.client.status.lastFailure == nil)
        }
    }

    @Test("A frozen server is noticed by the keepalive")
    func freezes() async throws {
        try await AuthUnderTest.run(
            server: { $0.minPingInterval = .milliseconds(1) },
            adjust: { ($0.keepaliveInterval, $0.keepaliveTimeout) = (.seconds(2), .seconds(1)) }
        ) { test in
            _ = try await test.events.first { $0 == .connected }
            let start = test.events.items.count
            test.auth.faults.freeze()
            _ = try await test.events.first(from: start) { if case .disconnected = $0 { true } else { false } }
            test.auth.faults.thaw()
            _ = try await test.events.first(from: start) { $0 == .connected }
        }
    }

    @Test("A watch that is never confirmed is given up")
    func noInit() async throws {
        try await AuthUnderTest.run(adjust: { $0.initTimeout = .milliseconds(300) }) { test in
            test.auth.faults.next(of: "WatchEvents", .stall)
            let reason = try await test.firstFailure()
            #expect(reason.contains("the watch did not start in 0.3 seconds"))
            _ = try await test.events.first { $0 == .connected }
        }
    }

    @Test("A Ping that is never answered is given up")
    func noPing() async throws {
        try await AuthUnderTest.run(adjust: { $0.callTimeout = .milliseconds(300) }) { test in
            test.auth.faults.next(of: "Ping", .stall)
            let reason = try await test.firstFailure()
            #expect(reason.contains("Ping: "))
            _ = try await test.events.first { $0 == .connected }
        }
    }

    @Test("A server older than 6.1 is refused with the mend")
    func oldServer() async throws {
        try await AuthUnderTest.run(server: { $0.version = "6.0.3" }) { test in
            let reason = try await test.firstFailure()
            #expect(reason.contains("is version 6.0.3; the plugin needs 6.1 or newer"))
        }
    }

    @Test("A role without the right to watch is told which rule it lacks")
    func mayNotWatch() async throws {
        try await AuthUnderTest.run(server: { $0.permissions = [:] }) { test in
            let reason = try await test.firstFailure()
            #expect(reason.contains("resources: [access_request], verbs: [read]"))
        }
    }

    @Test("The same failure again is not an error again")
    func logsOnce() async throws {
        try await AuthUnderTest.run(server: { $0.permissions = [:] }) { test in
            try await test.events.count(3) { if case .disconnected = $0 { true } else { false } }
            _ = try await test.log.first { $0.hasPrefix("debug No watch on Teleport") }
            #expect(test.log.items.count { $0.hasPrefix("error") } == 1)
        }
    }
}
