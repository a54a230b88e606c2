import Sandbox
import Testing

@Suite("While a server is away, with the built plugin", .timeLimit(.minutes(1)))
struct OutageTests {
    @Test("A burst of requests during an outage costs Mattermost a few calls, and is all posted afterwards")
    func burst() async throws {
        try await Stage.with { stage in
            let plugin = try await stage.startPlugin()
            stage.mattermost.faults.inject(.internalError, times: 1_000_000)
            let ids = (0..<50).map { stage.auth.createRequest(user: "user\($0)", roles: ["editor"]) }
            try await plugin.line(containing: "Mattermost fails; everything waits")
            #expect(1_000_000 - stage.mattermost.faults.remaining < 50)
            stage.mattermost.faults.clear()
            try await plugin.line(containing: "Mattermost works again")
            for id in ids { _ = try await stage.post(about: id, showing: "pending") }
            for id in ids { #expect(try stage.posts(about: id).count == 1) }
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("Retry-After is obeyed for all calls")
    func rateLimited() async throws {
        try await Stage.with { stage in
            let plugin = try await stage.startPlugin()
            stage.mattermost.faults.inject(.rateLimited(retryAfter: 2), path: "/api/v4/posts", method: "POST", times: 1)
            let start = ContinuousClock.now
            let first = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let warning = try await plugin.line(containing: "Mattermost fails; everything waits")
            #expect(warning.contains("429"))
            let second = stage.auth.createRequest(user: "erin", roles: ["editor"])
            for id in [first, second] { _ = try await stage.post(about: id, showing: "pending") }
            #expect(ContinuousClock.now - start > .seconds(2))
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("Told to fail fast, it ends with the reason when a server is away at the start", arguments: [true, false])
    func failFast(_ isTeleport: Bool) async throws {
        try await Stage.with { stage in
            if isTeleport { try await stage.auth.stop() } else { await stage.mattermost.stop() }
            let plugin = try PluginProcess(
                ["start", "--config", stage.configuration], environment: ["TELEPORT_PLUGIN_FAIL_FAST": "1"])
            #expect(try await plugin.exitCode() == 1)
            let log = plugin.state.value.lines.joined(separator: "\n")
            #expect(log.contains("Not waiting for it, because TELEPORT_PLUGIN_FAIL_FAST=1 is set."))
            #expect(log.contains("Connection refused") || log.contains("connect"))
        }
    }
}
