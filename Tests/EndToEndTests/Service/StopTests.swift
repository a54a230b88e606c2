import Foundation
import Sandbox
import Testing

@Suite("Stopping the built plugin", .timeLimit(.minutes(1)))
struct StopTests {
    @Test("A stop does not wait for a Mattermost that hangs longer than its limit")
    func hangingMattermost() async throws {
        try await Stage.with { stage in
            let plugin = try await stage.startPlugin()
            stage.mattermost.faults.inject(.stall, path: "/api/v4/posts", method: "POST", times: 10)
            _ = stage.auth.createRequest(user: "dave", roles: ["editor"])
            while stage.mattermost.faults.stalledCalls == 0 { await Task.yield() }
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("A port that is taken is one clear line and exit code 1")
    func takenPort() async throws {
        try await Stage.with { stage in
            let first = try await stage.startPlugin()
            let second = try PluginProcess(["start", "--config", stage.configuration])
            #expect(try await second.exitCode() == 1)
            let errors = second.state.value.lines.filter { $0.hasPrefix("teleport-mattermost: ") }
            #expect(errors.count == 1)
            #expect(errors.first?.contains("listen_addr") == true, "\(errors)")
            #expect(try await first.stop() == 0)
        }
    }
}
