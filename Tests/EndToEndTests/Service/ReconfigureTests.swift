import Access
import ActionCrypto
import Foundation
import Sandbox
import TestSupport
import Testing

@Suite("A changed configuration without a restart, with the built plugin", .serialized, .timeLimit(.minutes(1)))
struct ReconfigureTests {
    private static let secret = #"secret = "a secret of the tests alone""#

    /// Waits for the log line with this text to come for the `count`th time.
    private func line(_ text: String, _ count: Int = 1, of plugin: PluginProcess) async throws {
        let state = try await plugin.state.first { state in
            state.exitCode != nil || state.lines.count { $0.contains(text) } >= count
        }
        guard state.exitCode == nil else { throw PluginProcess.Ended(log: state.lines) }
    }

    /// Lets the plugin look at its files each second.
    private func lookOften(_ stage: Stage) throws {
        try stage.edit { $0 == "[teleport]" ? "\($0)\nrefresh_identity_interval = \"1s\"" : $0 }
    }

    private func replace(_ old: String, by new: String, in stage: Stage) throws {
        try stage.edit { $0 == old ? new : $0 }
        #expect(try String(contentsOfFile: stage.configuration, encoding: .utf8).contains(new))
    }

    @Test("A recipient is added, and posts of open requests follow; an approver is removed, and their click is refused")
    func people() async throws {
        try await Stage.with { stage in
            try stage.addSettings("[approvals]\napprovers = [\"@bob\", \"@carol\"]\n")
            let plugin = try await stage.startPlugin()
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let post = try await stage.post(about: id, showing: "pending")

            try replace(
                #"channel = "access-requests""#, by: "channel = \"access-requests\"\nrecipients = [\"carol@example.com\"]",
                in: stage)
            try replace(#"approvers = ["@bob", "@carol"]"#, by: #"approvers = ["@carol"]"#, in: stage)
            plugin.send(SIGHUP)
            try await line(
                "INFO   Took over the changed configuration: [mattermost] recipients, [approvals] approvers", of: plugin)
            for await _ in stage.mattermost.world.bell.changes() where try stage.posts(about: id).count == 2 { break }
            #expect(try await stage.click("approve", on: post, as: "bob").hasPrefix("You are not among those who decide this"))
            #expect(stage.auth.auditLog.isEmpty)
            #expect(try await stage.click("approve", on: post, as: "carol").hasPrefix("You approved"))
            plugin.send(SIGHUP)
            try await line("INFO   The configuration has not changed", of: plugin)
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("A token that was revoked and replaced in its file is used without a signal")
    func token() async throws {
        try await Stage.with { stage in
            try lookOften(stage)
            let file = stage.folder.appending(path: "token")
            let first = try stage.mattermost.world.read { $0.token(of: ChatState.botName) ?? "" }
            try Data("\(first)\n".utf8).write(to: file)
            try replace(#"token = "\#(first)""#, by: #"token = "\#(file.path)""#, in: stage)
            let plugin = try await stage.startPlugin()
            _ = try stage.mattermost.revokeTokens(of: ChatState.botName)
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            try await line("[mattermost] token", of: plugin)

            let second = Identifier.make()
            try stage.mattermost.world.change { state, _ in state.tokens[second] = state.bot?.id }
            try Data(second.utf8).write(to: file, options: .atomic)
            try await line("INFO   Took over what changed in the files of [mattermost] token", of: plugin)
            _ = try await stage.post(about: id, showing: "pending")
            #expect(!plugin.state.value.lines.contains { $0.contains(first) || $0.contains(second) })

            try FileManager.default.removeItem(at: file)
            try await line("WARN   Kept what the files held before: \(stage.configuration)", of: plugin)
            let other = stage.auth.createRequest(user: "erin", roles: ["editor"])
            _ = try await stage.post(about: other, showing: "pending")
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("While the secret is changed again and again, no click fails")
    func secret() async throws {
        try await Stage.with { stage in
            let plugin = try await stage.startPlugin()
            let ids = (0..<24).map { _ in stage.auth.createRequest(user: "dave", roles: ["editor"]) }
            var posts: [ChatPost] = []
            for id in ids { posts.append(try await stage.post(about: id, showing: "pending")) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<3 {
                    group.addTask { [posts] in
                        for index in stride(from: lane, to: posts.count, by: 3) {
                            let words = try await stage.click("approve", on: posts[index], as: ["bob", "carol", "alice"][lane])
                            // On a busy machine Teleport's answer may take longer than the person's may.
                            let isSent = words.hasPrefix("Your decision was sent to Teleport")
                            #expect(words.hasPrefix("You approved") || isSent, "\(words)")
                        }
                    }
                }
                var old = [#""a secret of the tests alone""#]
                var lines = Self.secret
                for round in 1...4 {
                    let new =
                        "secret = \"secret \(round) of the tests alone\"\nprevious_secrets = [\(old.joined(separator: ", "))]"
                    let text = try String(contentsOfFile: stage.configuration, encoding: .utf8)
                    try text.replacing(lines, with: new).write(toFile: stage.configuration, atomically: true, encoding: .utf8)
                    plugin.send(SIGHUP)
                    try await line("Took over the changed configuration: [mattermost] secret", round, of: plugin)
                    old.append("\"secret \(round) of the tests alone\"")
                    lines = new
                }
                try await group.waitForAll()
            }
            for id in ids { _ = try await stage.post(about: id, showing: "approved") }
            #expect(stage.auth.auditLog.count == ids.count)
            #expect(!plugin.state.value.lines.contains { $0.contains("secret that is none of ours") })
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("Who is let in is changed: addresses, the password in the buttons, and proxies")
    func admission() async throws {
        try await Stage.with { stage in
            let plugin = try await stage.startPlugin()
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            var post = try await stage.post(about: id, showing: "pending")

            try replace("[http]", by: "[http]\nallowed_sources = [\"192.0.2.1\"]", in: stage)
            plugin.send(SIGHUP)
            try await line("Took over the changed configuration: [http] allowed_sources", of: plugin)
            await #expect(throws: AppError.self) { _ = try await stage.click("approve", on: post, as: "bob") }
            try await line("[http] allowed_sources does not name its address", of: plugin)

            try replace(
                #"allowed_sources = ["192.0.2.1"]"#,
                by: "allowed_sources = [\"127.0.0.1\"]\nbasic_auth.user = \"mm\"\nbasic_auth.password = \"one\"", in: stage)
            plugin.send(SIGHUP)
            try await line("[http] basic_auth.user, [http] basic_auth.password, [http] allowed_sources", of: plugin)
            let old = post
            post = try await stage.post(about: id, after: old)

            try replace(#"basic_auth.password = "one""#, by: #"basic_auth.password = "two""#, in: stage)
            try replace("[http]", by: "[http]\ntrusted_proxies = [\"192.0.2.9\"]", in: stage)
            plugin.send(SIGHUP)
            try await line("[http] basic_auth.password, [http] trusted_proxies", of: plugin)
            post = try await stage.post(about: id, after: post)
            #expect(stage.auth.auditLog.isEmpty)
            #expect(try await stage.click("approve", on: post, as: "bob").hasPrefix("You approved"))
            #expect(!plugin.state.value.lines.contains { $0.contains("only after a restart") })
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("A file with mistakes changes nothing, and the log says why as the start would; addresses wait for a restart")
    func mistakes() async throws {
        try await Stage.with { stage in
            let plugin = try await stage.startPlugin()
            let good = try String(contentsOfFile: stage.configuration, encoding: .utf8)
            try stage.edit {
                $0.hasPrefix("channel = ") ? "chanel = \"other\"" : $0.hasPrefix("severity") ? "severity = \"LOUD\"" : $0
            }
            plugin.send(SIGHUP)
            let kept = "ERRO   Kept the configuration as it was: \(stage.configuration):"
            try await line(kept, 3, of: plugin)
            let lines = plugin.state.value.lines
            #expect(
                lines.contains { $0.hasPrefix(kept) && $0.contains("chanel: is no key of this file. Did you mean channel?") })
            #expect(lines.contains { $0.hasPrefix(kept) && $0.contains("\"LOUD\" is no severity.") })
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let post = try await stage.post(about: id, showing: "pending")

            let port = try FreePort.find()
            try good.replacing("127.0.0.1:\(stage.callbackPort)", with: "127.0.0.1:\(port)")
                .replacing("severity = \"DEBUG\"", with: "severity = \"INFO\"\nformat = \"json\"")
                .write(toFile: stage.configuration, atomically: true, encoding: .utf8)
            plugin.send(SIGHUP)
            try await line(
                #""message":"Took over the changed configuration: [log] format, [log] severity""#, of: plugin)
            try await line(
                #"only after a restart: [http] listen_addr""#, of: plugin)
            #expect(try await stage.click("approve", on: post, as: "bob").hasPrefix("You approved"))
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("A certificate that is replaced in its files is served without a signal")
    func certificate() async throws {
        try await Stage.with { stage in
            try lookOften(stage)
            let (key, certificate) = (stage.folder.appending(path: "own.key"), stage.folder.appending(path: "own.crt"))
            func write() throws {
                let identity = try SelfSigned.identity(names: ["localhost"])
                try Data(identity.certificateChain).write(to: certificate)
                try Data(identity.privateKey.reveal()).write(to: key)
            }
            try write()
            try stage.edit { line in
                line.hasPrefix("https_key_file")
                    ? "https_key_file = \"\(key.path)\""
                    : line.hasPrefix("https_cert_file") ? "https_cert_file = \"\(certificate.path)\"" : line
            }
            let plugin = try await stage.startPlugin()
            try write()
            try await line("The HTTPS certificate has changed; new connections get the new one", of: plugin)
            try Certificates.run(
                "/usr/bin/openssl",
                [
                    "s_client", "-connect", "127.0.0.1:\(stage.callbackPort)", "-servername", "localhost", "-CAfile",
                    certificate.path, "-no-CApath", "-no-CAstore", "-verify_return_error", "-brief",
                ])
            #expect(try await plugin.stop() == 0)
        }
    }
}
