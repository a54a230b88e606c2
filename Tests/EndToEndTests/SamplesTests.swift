import Foundation
import Sandbox
import Testing

@Suite("The samples of output in the documents", .timeLimit(.minutes(2)))
struct SamplesTests {
    @Test("The log of a start")
    func start() async throws {
        try await Stage.with { stage in
            let plugin = try PluginProcess(["start", "--debug", "--config", stage.configuration])
            try await plugin.line(containing: "Ready: ")
            #expect(try Sample(in: "operation.md", with: "Ready: ").absent(from: plugin.state.value.lines) == [])
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("The log of an outage")
    func outage() async throws {
        try await Stage.with { stage in
            let plugin = try await stage.startPlugin()
            stage.mattermost.faults.inject(.internalError, times: 1_000_000)
            _ = stage.auth.createRequest(user: "dave", roles: ["editor"])
            try await plugin.line(containing: "everything waits")
            stage.mattermost.faults.clear()
            try await plugin.line(containing: "works again")
            let sample = try Sample(in: "operation.md", with: "everything waits")
            #expect(sample.absent(from: plugin.state.value.lines) == [])
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("The metrics")
    func metrics() async throws {
        try await Stage.with { stage in
            let port = PrivatePort(port: try stage.openPrivatePort())
            let plugin = try await stage.startPlugin()
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            _ = try await stage.post(about: id, showing: "pending")
            let sample = try Sample(in: "monitoring.md", with: "# TYPE")
            var text = try await port.page("/metrics").text
            // The post is counted a moment after Mattermost has made it.
            while !sample.absent(from: text.split(separator: "\n").map(String.init)).isEmpty {
                text = try await port.page("/metrics").text
            }
            #expect(text.contains("\nteleport_mattermost_monitoring_rules{state=\"usable\"} 0\n"))
            #expect(text.contains("\nteleport_mattermost_monitoring_rules_read_timestamp_seconds 1"))
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("A misspelt key, in both documents that show one")
    func misspelt() async throws {
        try await Stage.with { stage in
            try stage.edit { $0.replacing("channel = ", with: "chanel = ") }
            let plugin = try PluginProcess(["start", "--config", stage.configuration])
            #expect(try await plugin.exitCode() != 0)
            let lines = plugin.state.value.lines
            for document in ["configuration.md", "upgrade.md"] {
                let sample = try Sample(in: document, with: "chanel")
                let words = sample.lines.map { $0.replacing(#/^.*toml:\d+: /#, with: "") }
                for line in words { #expect(lines.contains { $0.hasSuffix(line) }, "\(lines)") }
            }
        }
    }

    @Test("The warning that posts have no buttons")
    func noButtons() async throws {
        try await Stage.with { stage in
            try stage.edit { line in line.hasPrefix("secret = ") || line.hasPrefix("public_addr = ") ? "" : line }
            let plugin = try await stage.startPlugin()
            let line = try Sample(in: "upgrade.md", with: "posts have no buttons").lines[0]
            #expect(plugin.state.value.lines.contains { $0.hasSuffix(line) })
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("What a missing permission looks like in the log")
    func permission() async throws {
        let permissions = AuthPermission.plugin.subtracting([AuthPermission("read", "access_request")])
        try await Stage.with(configure: { $0.permissions["access-plugin-mattermost"] = permissions }) { stage in
            let plugin = try PluginProcess(["start", "--config", stage.configuration])
            for document in ["guide.md", "troubleshooting.md"] {
                let line = try Sample(in: document, with: "the plugin's role lacks").lines[0]
                try await plugin.line(containing: "the plugin's role lacks")
                #expect(plugin.state.value.lines.contains { $0.contains("lacks") && $0.contains("read on access_request") })
                #expect(line.contains("resources: [access_request], verbs: [read]"))
            }
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("A check that finds a withheld permission, an open file, and a bot outside its channel")
    func check() async throws {
        let permissions = AuthPermission.plugin.subtracting([AuthPermission("update", "access_request")])
        try await Stage.with(configure: { $0.permissions["access-plugin-mattermost"] = permissions }) { stage in
            try stage.removeBotFromChannels()
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: stage.configuration)
            let plugin = try PluginProcess(["start", "--config", stage.configuration])
            try await plugin.line(containing: "secure HTTPS server")
            let lines = try await stage.check().lines
            let sample = try Sample(in: "troubleshooting.md", with: "✗ file modes")
            #expect(sample.absent(from: lines) == [], "\(lines.joined(separator: "\n"))")
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("A check with a click")
    func click() async throws {
        try await Stage.with { stage in
            // Without this a public channel is warned of.
            try stage.edit { $0 == "[log]" ? "[approvals]\napprovers = [\"@bob\"]\n\n[log]" : $0 }
            let process = try stage.startCheck(["--click"])
            let post = try await stage.testPost()
            _ = try await stage.click("approve", on: post, as: "bob")
            #expect(try await process.exitCode() == 0)
            let sample = try Sample(in: "troubleshooting.md", with: "Press \"It works\"")
            let lines = process.state.value.lines
            #expect(sample.absent(from: lines) == [], "\(lines.joined(separator: "\n"))")
        }
    }
}
