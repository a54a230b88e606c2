import Foundation
import Sandbox
import TestSupport
import Testing

@Suite("What the built plugin tells of itself", .timeLimit(.minutes(1)))
struct StatusTests {
    private func run(_ stage: Stage, _ arguments: String...) async throws -> (code: Int32, text: String) {
        let process = try PluginProcess(arguments + ["--config", stage.configuration])
        let code = try await process.exitCode()
        return (code, process.state.value.lines.joined(separator: "\n"))
    }

    @Test("status and requests ls ask the running plugin, and say so where there is none")
    func commands() async throws {
        try await Stage.with { stage in
            let socket = stage.folder.appending(path: "control.sock").path
            try stage.edit { $0 == #"socket = "off""# ? "socket = \"\(socket)\"" : $0 }
            let before = try await run(stage, "status")
            #expect(before.code == 1)
            #expect(before.text.hasPrefix("teleport-mattermost: the plugin does not run: nobody answers at \(socket). Start"))
            let plugin = try await stage.startPlugin()
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let post = try await stage.post(about: id, showing: "pending")
            try await plugin.line(containing: "Posted the request")
            let status = try await run(stage, "status")
            #expect(status.code == 0 && status.text.contains("\nReady since 20"))
            #expect(status.text.contains("posted the request \(id)"))
            // The post is in the list once it is recorded.
            var requests = try await run(stage, "requests", "ls")
            while requests.text.contains("not posted") { requests = try await run(stage, "requests", "ls") }
            #expect(requests.code == 0 && requests.text.hasPrefix("\(id)  dave for editor, since 20"))
            #expect(requests.text.contains("\n  posted to acme/access-requests as \(post.id)"))
            let json = try await run(stage, "status", "--json")
            let object = try JSONSerialization.jsonObject(with: Data(json.text.utf8)) as? [String: Any]
            #expect(object?["status"] as? String == "ready" && object?["cluster"] as? String == "sandbox.example")
            #expect(try await plugin.stop() == 0)
            #expect(!FileManager.default.fileExists(atPath: socket))
        }
    }

    @Test("A private port that is taken ends the start only if the configuration names it")
    func taken() async throws {
        try await Stage.with { stage in
            let port = try stage.openPrivatePort()
            let plugin = try await stage.startPlugin()
            let metrics = try await PrivatePort(port: port).page("/metrics")
            #expect(metrics.status == 200 && metrics.text.contains("\nteleport_mattermost_teleport_connected 1\n"))
            let other = stage.folder.appending(path: "other.toml").path
            try await stage.writeConfiguration(
                to: other, listenPort: try FreePort.find(), authPort: try await stage.auth.address.port,
                chatPort: try await stage.mattermost.port)
            let text = try String(contentsOfFile: other, encoding: .utf8)
            try text.replacing("listen_addr = \"off\"", with: "listen_addr = \"127.0.0.1:\(port)\"")
                .write(toFile: other, atomically: true, encoding: .utf8)
            let second = try PluginProcess(["start", "--config", other])
            #expect(try await second.exitCode() == 1)
            let errors = second.state.value.lines.filter { $0.hasPrefix("teleport-mattermost: ") }
            #expect(errors.first?.contains("cannot listen on [diagnostics] listen_addr \"127.0.0.1:\(port)\"") == true)
            #expect(try await plugin.stop() == 0)
        }
    }
}
