import Foundation
import Sandbox
import TestSupport
import Testing

@Suite("The built plugin's commands", .serialized, .timeLimit(.minutes(1)))
struct CommandTests {
    func run(_ arguments: String...) async throws -> (code: Int32, lines: [String]) {
        let process = try PluginProcess(arguments)
        let code = try await process.exitCode()
        return (code, process.state.value.lines)
    }

    @Test("`version` names the version, the commit and the compiler")
    func version() async throws {
        let (code, lines) = try await run("version")
        #expect(code == 0)
        let line = try #require(lines.first)
        #expect(
            line.wholeMatch(of: /teleport-mattermost v\d+\.\d+\.\d+ git:[0-9a-f]{12} swift\d+\.\d+(\.\d+)?/) != nil, "\(line)")
    }

    @Test("`--version` prints the same line")
    func versionOption() async throws {
        let (code, lines) = try await run("--version")
        #expect(code == 0)
        #expect(lines == (try await run("version").lines))
    }

    @Test("A file of `--callback-ca` that is missing is wrong usage, and the message says that it is missing")
    func missingCA() async throws {
        let (code, lines) = try await run("check", "--callback-ca", "/nowhere/ca.pem")
        #expect(code == 64)
        #expect(lines.first == "Error: --callback-ca: the file /nowhere/ca.pem does not exist.")
    }

    @Test("`configure` prints the example configuration to the letter")
    func configure() async throws {
        let (code, lines) = try await run("configure")
        #expect(code == 0)
        let example = Fixtures.root.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "config/teleport-mattermost.toml")
        #expect(lines.joined(separator: "\n") + "\n" == (try String(contentsOf: example, encoding: .utf8)))
    }

    @Test("`--help` tells of every command, and wrong usage exits with 64")
    func help() async throws {
        let (code, lines) = try await run("--help")
        #expect(code == 0)
        for command in ["configure", "check", "version", "start"] { #expect(lines.contains { $0.contains(command) }) }
        #expect(try await run("start", "--no-such-option").code == 64)
    }

    @Test("A wrong configuration tells all its problems, a line each, and exits with 78")
    func wrongConfiguration() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "wrong-\(UUID().uuidString).toml")
        defer { try? FileManager.default.removeItem(at: file) }
        try "[mattermost]\ntoken = \"t\"\nsecrets = \"x\"\n".write(to: file, atomically: true, encoding: .utf8)
        let (code, lines) = try await run("start", "-c", file.path)
        #expect(code == 78)
        #expect(lines.contains { $0.contains(":3:") && $0.contains("secret") })
        #expect(lines.contains { $0.contains("[teleport] addr") })
        #expect(try await run("start", "-c", "/nowhere/teleport-mattermost.toml").code == 78)
    }

    @Test("A start logs the documented sequence, and a signal ends it", arguments: [SIGTERM, SIGINT])
    func start(_ signal: Int32) async throws {
        try await Stage.with { stage in
            let plugin = try await stage.startPlugin()
            let sequence = [
                "INFO   Starting Teleport Access Mattermost Bot", "DEBU   Checking Teleport server version",
                "DEBU   Starting a request watcher...", "DEBU   Starting Mattermost API health check...",
                "DEBU   Starting secure HTTPS server on", "DEBU   Watcher connected",
                "DEBU   Mattermost API health check finished ok",
            ]
            for line in sequence { #expect(try await plugin.line(containing: line).hasPrefix(line)) }
            plugin.send(signal)
            #expect(try await plugin.exitCode() == 0)
        }
    }

    @Test("The demo starts with one command, watches and posts, and stops")
    func demo() async throws {
        let root = Fixtures.root.deletingLastPathComponent().deletingLastPathComponent()
        let folder = FileManager.default.temporaryDirectory.appending(path: "demo-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let ports = try ["AUTH_PORT", "PAGE_PORT", "CALLBACK_PORT"].map { "\($0)=\(try FreePort.find())" }
        let binaries = try URL(filePath: Binaries.path("teleport-mattermost")).deletingLastPathComponent().path
        let script = root.appending(path: "scripts/demo.sh").path
        try Certificates.run("/usr/bin/env", ports + ["bash", script, binaries, folder.path, "true"])
    }

    @Test("A port of the demo that is taken is told once, with the variable that chooses another, and nothing is started")
    func takenPort() async throws {
        try await SandboxMattermost.withRunning { server in
            let (port, free) = (try await server.port, try FreePort.find())
            let root = Fixtures.root.deletingLastPathComponent().deletingLastPathComponent()
            let folder = FileManager.default.temporaryDirectory.appending(path: "demo-\(UUID().uuidString)")
            let (process, errors) = (Process(), Pipe())
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments =
                ["AUTH_PORT=\(free)", "PAGE_PORT=\(port)", "CALLBACK_PORT=\(free)", "bash"]
                + [root.appending(path: "scripts/demo.sh").path, "/nowhere", folder.path]
            process.standardError = errors
            try process.run()
            let text = String(decoding: errors.fileHandleForReading.allBytes(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 1)
            #expect(
                text == "Another process listens on the port \(port). Choose another one: PAGE_PORT=\(port + 1) make demo\n")
            #expect(!FileManager.default.fileExists(atPath: folder.path))
        }
    }

    @Test("`health` tells of a plugin that lives and is ready, over HTTPS and plain HTTP, and of one that is stopped")
    func health() async throws {
        try await Stage.with { stage in
            for option in [[], ["--insecure-no-tls"]] {
                let plugin = try PluginProcess(["start", "--config", stage.configuration] + option)
                try await plugin.line(containing: "Ready: ")
                var (code, lines) = try await run("health", "-c", stage.configuration)
                #expect(code == 0 && lines == [#"{"status":"ok"}"#], "\(lines)")
                (code, lines) = try await run("health", "-c", stage.configuration, "--ready")
                #expect(code == 0 && lines == [#"{"status":"ready"}"#], "\(lines)")
                #expect(try await plugin.stop() == 0)
            }
            let (code, lines) = try await run("health", "-c", stage.configuration)
            #expect(code == 1)
            #expect(lines.first?.hasPrefix("teleport-mattermost: the plugin does not answer: ") == true, "\(lines)")
            #expect(try await run("health", "-c", "/nowhere/at/all.toml").code == 1)
        }
    }

    @Test("`health --ready` fails while Mattermost is away, and the plugin lives all the same")
    func notReady() async throws {
        try await Stage.with { stage in
            await stage.mattermost.stop()
            let plugin = try PluginProcess(["start", "--config", stage.configuration])
            try await plugin.line(containing: "server on")
            #expect(try await run("health", "-c", stage.configuration).code == 0)
            let (code, lines) = try await run("health", "-c", stage.configuration, "--ready")
            #expect(code == 1 && lines.first?.contains("not ready") == true, "\(lines)")
            #expect(!plugin.state.value.lines.contains { $0.contains("Ready: ") })
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("With the format json each line of a whole start and stop is an object")
    func json() async throws {
        try await Stage.with { stage in
            try stage.edit { line in line == "[log]" ? "[log]\nformat = \"json\"" : line }
            let plugin = try await stage.startPlugin()
            try await plugin.line(containing: "Ready: ")
            #expect(try await plugin.stop() == 0)
            let lines = plugin.state.value.lines
            let messages = try lines.map { line in
                let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
                return try #require(object["message"] as? String)
            }
            #expect(messages.count { $0.hasPrefix("Ready: ") } == 1)
            #expect(messages.last == "Stopped")
        }
    }

    @Test("No token, secret or signature is in the log of a whole day's work")
    func secrets() async throws {
        try await Stage.with { stage in
            let plugin = try await stage.startPlugin()
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let post = try await stage.post(about: id, showing: "pending")
            let button = try #require(post.attachment?["actions"]?.elements?.first)
            let signature = try #require(button["integration"]?["context"]?["signature"]?.text)
            _ = try await stage.click("approve", on: post, as: "bob")
            #expect(try await plugin.stop() == 0)
            let token = try #require(try stage.mattermost.world.read { $0.token(of: ChatState.botName) })
            let log = plugin.state.value.lines.joined(separator: "\n")
            for secret in [token, signature, "a secret of the tests alone", "PRIVATE KEY"] { #expect(!log.contains(secret)) }
        }
    }
}
