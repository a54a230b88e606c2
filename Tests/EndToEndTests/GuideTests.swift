import ActionCrypto
import Foundation
import Sandbox
import TestSupport
import Testing

/// Uses the configurations that the guides of the original plugin print, with the same keys and values. Only the values that
/// name a machine or a secret are filled in.
@Suite("The plugin with the configuration of a published guide", .serialized, .timeLimit(.minutes(2)))
struct GuideTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Guides")

    /// Writes the guide's file as the configuration, with other values for some of its keys. A key that the file lacks is not
    /// added.
    private func write(_ guide: String, on stage: Stage, _ values: [String: String]) throws {
        let text = try String(contentsOf: Self.folder.appending(path: "\(guide).toml"), encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard let value = values.first(where: { line.hasPrefix("\($0.key) = ") }) else { return String(line) }
            return "\(value.key) = \"\(value.value)\""
        }
        try lines.joined(separator: "\n").write(toFile: stage.configuration, atomically: true, encoding: .utf8)
    }

    private func common(_ stage: Stage, teleport: String? = nil) async throws -> [String: String] {
        let address = if let teleport { teleport } else { "127.0.0.1:\(try await stage.auth.address.port)" }
        return [
            "auth_server": address, "addr": address,
            "url": "http://127.0.0.1:\(try await stage.mattermost.port)",
            "token": try stage.mattermost.world.read { $0.token(of: ChatState.botName) ?? "" }, "severity": "DEBUG",
        ]
    }

    private func rename(_ stage: Stage, team: String, channel: String, shown: String) throws {
        try stage.mattermost.world.change { state, _ in
            state.team.name = team
            (state.channels[0].name, state.channels[0].displayName) = (channel, shown)
            if let ana = state.accounts.firstIndex(where: { $0.username == "alice" }) {
                state.accounts[ana].email = "first.last@example.com"
            }
        }
    }

    @Test("The guide for 7.3.2: files of `tctl auth sign --format=tls`, one channel, buttons")
    func oldest() async throws {
        try await Stage.with { stage in
            try rename(stage, team: "team-name", channel: "channel-name", shown: "Approvals")
            let certificates = try Certificates.shared()
            var values = try await common(stage)
            for (key, file) in [
                ("client_key", "auth.key"), ("client_crt", "auth.crt"), ("root_cas", "auth.cas"),
                ("https_key_file", "server.key"), ("https_cert_file", "server.crt"),
            ] { values[key] = certificates.path(file) }
            values["public_addr"] = "https://localhost:\(stage.callbackPort)"
            values["# listen_addr"] = "127.0.0.1:\(stage.callbackPort)"
            try write("7.3.2", on: stage, values)
            let file = try String(contentsOfFile: stage.configuration, encoding: .utf8)
                .replacing("# listen_addr", with: "listen_addr")
            try file.write(toFile: stage.configuration, atomically: true, encoding: .utf8)
            let plugin = try await stage.startPlugin()
            try await plugin.line(containing: "[mattermost] secret is the example of a published document")
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let post = try await stage.post(about: id, showing: "pending")
            #expect(try await stage.click("approve", on: post, as: "bob").hasPrefix("You approved"))
            _ = try await stage.post(about: id, showing: "approved")
            #expect(try await plugin.stop() == 0)
        }
    }

    /// The entrance to Teleport that the guide's reader uses. The raw value is its description in the log.
    enum Entrance: String {
        case authService = "the auth service itself"
        case routing = "a proxy with TLS routing"
        /// The load balancer terminates TLS, and accepts only its own name.
        case loadBalancer = "a proxy's connection upgrade"
    }

    private func enter(_ entrance: Entrance, of stage: Stage, _ body: (String) async throws -> Void) async throws {
        guard entrance != .authService else { return try await body("127.0.0.1:\(try await stage.auth.address.port)") }
        try await stage.withProxy {
            $0.version = "19.0.0"
            if entrance == .loadBalancer { ($0.routesTLS, $0.upgrades, $0.onlyName) = (false, ["websocket"], "localhost") }
        } _: { port in
            try await body("localhost:\(port)")
        }
    }

    @Test(
        "The guides for 15 to 19: an identity file, recipients, and posts that link to Teleport",
        arguments: [
            ("15", "15.4.0", .routing), ("16", "16.1.0", .loadBalancer), ("17", "17.0.1", .routing),
            ("19", "19.0.0", .loadBalancer), ("town-square", "18.1.0", .authService),
            ("chart", "19.0.0", .routing),
        ] as [(String, String, Entrance)])
    func newer(_ guide: String, version: String, entrance: Entrance) async throws {
        try await Stage.with(configure: { server in
            server.version = version
            // The following permissions are those of the role that these guides define.
            server.permissions["access-plugin-mattermost"] = [
                AuthPermission("list", "access_request"), AuthPermission("read", "access_request"),
                AuthPermission("update", "access_plugin_data"),
            ]
        }) { stage in
            try await enter(entrance, of: stage) { address in
                try await follow(guide, on: stage, at: address, reachedAs: entrance.rawValue)
            }
        }
    }

    private func follow(_ guide: String, on stage: Stage, at address: String, reachedAs way: String) async throws {
        let isSquare = guide == "town-square"
        try rename(
            stage, team: "myteam", channel: isSquare ? "town-square" : "general", shown: isSquare ? "Town Square" : "General")
        var values = try await common(stage, teleport: address)
        values["identity"] = try identity(in: stage.folder)
        if guide == "chart" { try asChart(&values, in: stage.folder) }
        try write(guide, on: stage, values)
        let plugin = try await stage.startPlugin(
            environment: guide == "chart" ? ["TELEPORT_PLUGIN_FAIL_FAST": "true"] : [:])
        try await plugin.line(containing: "INFO   Reaching Teleport at \(address) as \(way)")
        let id = stage.auth.createRequest(user: "dave", roles: ["editor"], suggestedReviewers: ["bob@example.com", "carol"])
        let posts = try await posts(3, about: id, on: stage)
        try checkLinks(in: posts, about: id, on: stage)
        try stage.auth.resolve(id, .approved)
        for await _ in stage.mattermost.world.bell.changes() {
            if try stage.posts(about: id).allSatisfy({ $0.shows(id, "approved") }) { break }
        }
        let lonely = stage.auth.createRequest(user: "dave", roles: ["editor"])
        _ = try await stage.post(about: lonely, showing: "pending")
        #expect(!plugin.state.value.lines.contains { $0.contains("lacks") || $0.hasPrefix("ERRO") })
        #expect(try await plugin.stop() == 0)
    }

    /// Changes values as the original plugin's Helm chart does. It mounts the token as a file, and the address in its example
    /// ends with a slash.
    private func asChart(_ values: inout [String: String], in folder: URL) throws {
        let token = folder.appending(path: "mattermost_token").path
        try (values["token"] ?? "").write(toFile: token, atomically: true, encoding: .utf8)
        values["token"] = token
        values["url"]? += "/"
    }

    private func checkLinks(in posts: [ChatPost], about id: String, on stage: Stage) throws {
        let kinds = try stage.mattermost.world.read { state in
            posts.map { post in state.channels.first { $0.id == post.channelID }?.kind }
        }
        #expect(kinds.count { $0 == .direct } == 2)
        for post in posts {
            #expect(post.attachment?["actions"]?.elements?.isEmpty != false)
            #expect(post.field("Review")?.contains("tsh request review --approve \(id)") == true)
        }
    }

    private func posts(_ count: Int, about id: String, on stage: Stage) async throws -> [ChatPost] {
        for await _ in stage.mattermost.world.bell.changes() {
            let posts = try stage.posts(about: id)
            if posts.count == count { return posts }
        }
        return []
    }

    /// Makes an identity file with its parts in the order in which `tctl auth sign --format=file` writes them.
    private func identity(in folder: URL) throws -> String {
        let certificates = try Certificates.shared()
        let ssh = "AAAAB3NzaC1yc2EtY2VydC12MDFAb3BlbnNzaC5jb20"
        let parts = [
            String(decoding: try certificates.bytes("auth.key"), as: UTF8.self),
            "ssh-rsa-cert-v01@openssh.com \(ssh)\n", String(decoding: try certificates.bytes("auth.crt"), as: UTF8.self),
            "@cert-authority *.\(Certificates.cluster) ssh-rsa \(ssh) type=host\n",
            String(decoding: try certificates.teleportCA, as: UTF8.self),
        ]
        let path = folder.appending(path: "identity").path
        try parts.joined().write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }
}
