import Foundation
import Sandbox
import TestSupport
import Testing

@Suite("Connecting, with the built plugin", .serialized, .timeLimit(.minutes(2)))
struct ConnectingTests {
    /// Changes the stage's configuration to use an identity file instead of the three credential files.
    private static func useIdentity(_ file: ScratchFile, on stage: Stage) throws {
        let names = ["client_key", "client_crt", "root_cas"]
        var lines = try String(contentsOfFile: stage.configuration, encoding: .utf8).components(separatedBy: "\n")
        lines.removeAll { line in names.contains { line.hasPrefix($0) } }
        lines.insert(contentsOf: ["identity = \"\(file.path)\"", "refresh_identity_interval = \"1s\""], at: 1)
        try lines.joined(separator: "\n").write(toFile: stage.configuration, atomically: true, encoding: .utf8)
    }

    private static func renewed() throws -> String {
        let made = try KeyForms.make("ed25519")
        var text = try IdentityText()
        (text.key, text.certificate) = (made.key, made.certificate)
        return text.whole
    }

    private static func isPosted(_ stage: Stage) async throws {
        let id = stage.auth.createRequest(user: "alice", roles: ["dba"])
        _ = try await stage.post(about: id, showing: "pending")
    }

    @Test("An identity file is renewed, broken and mended while requests go on being posted")
    func identity() async throws {
        try await Stage.with { stage in
            let file = try ScratchFile(try IdentityText().whole)
            try Self.useIdentity(file, on: stage)
            let plugin = try await stage.startPlugin()
            try await Self.isPosted(stage)
            try file.write(try Self.renewed())
            try await plugin.line(containing: "Watching with the changed credentials")
            try await Self.isPosted(stage)
            try file.write("-----BEGIN PRIVATE KEY-----\n")
            try await plugin.line(containing: "WARN   The credentials before are kept: identity")
            try await Self.isPosted(stage)
            try file.write(try IdentityText().whole)
            try await plugin.state.first { $0.lines.count { $0.contains("Watching with the changed credentials") } == 2 }
            try await Self.isPosted(stage)
            #expect(!plugin.state.value.lines.contains { $0.contains("No watch on Teleport") })
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("If the identity file is not there yet, the plugin ends with exit code 1, for a supervisor to try again")
    func notThereYet() async throws {
        try await Stage.with { stage in
            let file = try ScratchFile(try IdentityText().whole)
            try Self.useIdentity(file, on: stage)
            try FileManager.default.removeItem(atPath: file.path)
            let plugin = try PluginProcess(["start", "--config", stage.configuration])
            #expect(try await plugin.exitCode() == 1)
            let line = try #require(plugin.state.value.lines.last { $0.hasPrefix("teleport-mattermost: ") })
            #expect(line.contains(file.path) && line.contains("does not exist"))
        }
    }

    @Test("An expired identity file is reported with the time and what to do, and a new one is used when it comes")
    func expired() async throws {
        try await Stage.with { stage in
            let file = try ScratchFile(try IdentityText("expired-client").whole)
            try Self.useIdentity(file, on: stage)
            let plugin = try PluginProcess(["start", "--config", stage.configuration])
            let line = try await plugin.line(containing: "expired on 20")
            #expect(line.contains("tctl auth sign"))
            try file.write(try IdentityText().whole)
            try await plugin.isReady()
            try await Self.isPosted(stage)
            #expect(try await plugin.stop() == 0)
        }
    }

    private static func through(
        _ adjust: @escaping @Sendable (inout SandboxProxy.Configuration) -> Void,
        _ body: @escaping @Sendable (Stage) async throws -> Void
    ) async throws {
        try await Stage.with { stage in
            try await stage.withProxy(adjust) { port in
                try await stage.writeConfiguration(
                    to: stage.configuration, listenPort: stage.callbackPort, authPort: port,
                    chatPort: try await stage.mattermost.port)
                try await body(stage)
            }
        }
    }

    @Test(
        "Requests come through a proxy, by TLS routing and by a connection upgrade", arguments: [nil, "websocket", "alpn-ping"])
    func proxy(upgrade: String?) async throws {
        try await Self.through {
            if let upgrade { ($0.routesTLS, $0.upgrades) = (false, [upgrade]) }
        } _: { stage in
            let plugin = try await stage.startPlugin()
            let way = upgrade == nil ? "a proxy with TLS routing" : "a proxy's connection upgrade"
            try await plugin.line(containing: "INFO   Reaching Teleport at 127.0.0.1:")
            #expect(plugin.state.value.lines.contains { $0.contains("as \(way)") })
            try await Self.isPosted(stage)
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("With a proxy of Teleport 7 the error says which setting to change")
    func seven() async throws {
        try await Self.through {
            ($0.routesTLS, $0.version) = (false, "7.3.2")
        } _: { stage in
            let plugin = try PluginProcess(["start", "--config", stage.configuration])
            try await plugin.line(
                containing:
                    "This is a proxy of Teleport 7.3.2, which has no TLS routing: auth_server must be the auth service's")
            #expect(try await plugin.stop() == 0)
        }
    }
}
