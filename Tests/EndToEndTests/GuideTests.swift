import ActionCrypto
import Foundation
import Sandbox
import TestSupport
import Testing

/// The configurations that the original's guides print, by key and value; only what names a machine or a secret is filled in.
@Suite("A set-up as a guide describes it", .serialized, .timeLimit(.minutes(2)))
struct GuideTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Guides")

    /// The guide's file with other values of some keys; a key that is not there stays away.
    private func write(_ guide: String, on stage: Stage, _ values: [String: String]) throws {
        let text = try String(contentsOf: Self.folder.appending(path: "\(guide).toml"), encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard let value = values.first(where: { line.hasPrefix("\($0.key) = ") }) else { return String(line) }
            return "\(value.key) = \"\(value.value)\""
        }
        try lines.joined(separator: "\n").write(toFile: stage.configuration, atomically: true, encoding: .utf8)
    }

    private func common(_ stage: Stage) async throws -> [String: String] {
        [
            "auth_server": "127.0.0.1:\(try await stage.auth.address.port)",
            "addr": "127.0.0.1:\(try await stage.auth.address.port)",
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
            try await plugin.line(containing: "[mattermost] secret is the example of the published guide")
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let post = try await stage.post(about: id, showing: "pending")
            #expect(try await stage.click("approve", on: post, as: "bob").hasPrefix("You approved"))
            _ = try await stage.post(about: id, showing: "approved")
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test(
        "The guides for 15 to 19: an identity file, recipients, and posts that link to Teleport",
        arguments: ["15", "16", "17", "19", "town-square"])
    func newer(_ guide: String) async throws {
        try await Stage.with(configure: { server in
            // The role that these guides define.
            server.permissions["access-plugin-mattermost"] = [
                AuthPermission("list", "access_request"), AuthPermission("read", "access_request"),
                AuthPermission("update", "access_plugin_data"),
            ]
        }) { stage in
            let isSquare = guide == "town-square"
            try rename(
                stage, team: "myteam", channel: isSquare ? "town-square" : "general",
                shown: isSquare ? "Town Square" : "General")
            var values = try await common(stage)
            values["identity"] = try identity(in: stage.folder)
            try write(guide, on: stage, values)
            let plugin = try await stage.startPlugin()
            let id = stage.auth.createRequest(
                user: "dave", roles: ["editor"], suggestedReviewers: ["bob@example.com", "carol"])
            let posts = try await posts(3, about: id, on: stage)
            let names = try stage.mattermost.world.read { state in
                posts.map { post in state.channels.first { $0.id == post.channelID }?.kind }
            }
            #expect(names.count { $0 == .direct } == 2)
            for post in posts {
                #expect(post.attachment?["actions"]?.elements?.isEmpty != false)
                #expect(post.field("Review")?.contains("tsh request review --approve \(id)") == true)
            }
            try stage.auth.resolve(id, .approved)
            for await _ in stage.mattermost.world.bell.changes() {
                if try stage.posts(about: id).allSatisfy({ $0.shows(id, "approved") }) { break }
            }
            let lonely = stage.auth.createRequest(user: "dave", roles: ["editor"])
            _ = try await stage.post(about: lonely, showing: "pending")
            #expect(!plugin.state.value.lines.contains { $0.contains("lacks") || $0.hasPrefix("ERRO") })
            #expect(try await plugin.stop() == 0)
        }
    }

    private func posts(_ count: Int, about id: String, on stage: Stage) async throws -> [ChatPost] {
        for await _ in stage.mattermost.world.bell.changes() {
            let posts = try stage.posts(about: id)
            if posts.count == count { return posts }
        }
        return []
    }

    /// In the order in which `tctl auth sign --format=file` writes it.
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
