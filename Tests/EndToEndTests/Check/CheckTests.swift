import Foundation
import Sandbox
import TestSupport
import Testing

@Suite("The built plugin's check", .serialized, .timeLimit(.minutes(2)))
struct CheckTests {
    @Test("If all is well it says so, step by step, and exits with 0")
    func allIsWell() async throws {
        try await Stage.with { stage in
            let result = try await stage.check()
            #expect(result.code == 0)
            #expect(result.failures == [])
            for name in [
                "configuration", "file modes", "Teleport credentials", "HTTPS certificate", "Teleport", "Teleport version",
                "permission access_request list", "permission access_request read", "permission access_request update",
                "permission access_plugin_data read", "permission access_plugin_data update", "Mattermost",
                "Mattermost's clock", "Mattermost token", "bot account", "recipient acme/access-requests",
                "membership acme/access-requests", "e-mail addresses", "proof of who clicked", "callback URL",
            ] {
                #expect(result.lines.contains { $0.hasPrefix("✓ \(name): ") }, "\(name): \(result.lines)")
            }
            #expect(result.lines.last == "No step failed, 1 warning.")
            #expect(result.lines.contains { $0.hasPrefix("! who can join acme/access-requests: is a public channel: ") })
            #expect(result.lines.contains { $0.hasSuffix("the cluster sandbox.example as the auth service itself") })
            #expect(stage.auth.auditLog.isEmpty)
            #expect(try stage.mattermost.world.read { $0.posts.count } == 0)
        }
    }

    static let data = [AuthPermission("read", "access_plugin_data"), AuthPermission("update", "access_plugin_data")]

    /// Teleport allows the plugin's data also by the rules on requests. So each case that expects a failure with the data
    /// withholds both.
    @Test(
        "Each permission that is withheld is found, with the rule to add",
        arguments: [
            ([AuthPermission("list", "access_request")], ["access_request list", "access_plugin_data read"]),
            ([AuthPermission("read", "access_request")], ["access_request list", "access_request read"]),
            ([AuthPermission("update", "access_request")], ["access_request update"]),
            ([AuthPermission("list", "access_request"), data[0]], ["access_request list", "access_plugin_data read"]),
            ([AuthPermission("update", "access_request"), data[1]], ["access_plugin_data update", "access_request update"]),
        ])
    func permissions(_ withheld: [AuthPermission], _ failures: [String]) async throws {
        let permissions = AuthPermission.plugin.subtracting(withheld)
        try await Stage.with(configure: { $0.permissions["access-plugin-mattermost"] = permissions }) { stage in
            let result = try await stage.check()
            #expect(result.code == 1)
            #expect(result.failures.map(\.name) == failures.map { "permission \($0)" }, "\(result.lines)")
            for failure in result.failures {
                let words = failure.name.split(separator: " ")
                #expect(failure.mend.contains("resources: [\(words[1])]") && failure.mend.contains("\(words[2])"), "\(failure)")
            }
            #expect(stage.auth.auditLog.isEmpty)
        }
    }

    @Test("With reviews it asks whether the plugin may review, and not whether it may decide")
    func reviews() async throws {
        try await Stage.with { stage in
            try stage.edit { line in line == "[http]" ? "[approvals]\nmethod = \"review\"\n\n[http]" : line }
            let result = try await stage.check()
            #expect(result.failures.map(\.name) == ["permission review_requests roles"])
            #expect(result.failures.first?.mend.contains("review_requests") == true)
            #expect(!result.lines.contains { $0.contains("access_request update") })
        }
        try await Stage.with(configure: { $0.reviewers = ["access-plugin-mattermost"] }) { stage in
            try stage.edit { line in line == "[http]" ? "[approvals]\nmethod = \"review\"\n\n[http]" : line }
            #expect(try await stage.check().failures == [])
        }
    }

    @Test("With people's Teleport users it asks whether the plugin may review in their names, and names what is missing")
    func reviewsForUsers() async throws {
        let plugin = "access-plugin-mattermost"
        let settings = "[approvals]\nmethod = \"review\"\n[approvals.users]\nbob = \"bob.t\"\ncarol = \"carol.t\"\n\n[http]"
        let cases: [(mend: String?, (inout SandboxAuth.Configuration) -> Void)] = [
            (nil, { _ in }), (nil, { $0.storedUsers = ["bob.t"] }),
            ("verbs: [read]", { $0.permissions = [plugin: AuthPermission.plugin] }),
            ("submit_for_users", { $0.submitsForUsers = [plugin: ["bob.t"]] }),
            ("review_as_plugin = true", { $0.submitsForUsers = [:] }), ("tbot", { $0.requiresAdminMFA = true }),
        ]
        for (mend, adjust) in cases {
            try await Stage.with(configure: {
                ($0.reviewers, $0.submitsForUsers) = (["bob.t", "carol.t"], [plugin: ["*"]])
                $0.permissions = [plugin: AuthPermission.reviewing]
                adjust(&$0)
            }) { stage in
                try stage.edit { line in line == "[http]" ? settings : line }
                let failures = try await stage.check().failures
                let expected = mend == nil ? [] : ["permission review_requests submit_for_users"]
                #expect(failures.map(\.name) == expected, "\(failures)")
                #expect(mend.map { failures.first?.mend.contains($0) == true } ?? true, "\(failures)")
            }
        }
    }

    @Test("Where decisions need MFA, it names the identity to use and no permission")
    func mfa() async throws {
        try await Stage.with(configure: { $0.requiresAdminMFA = true }) { stage in
            let failures = try await stage.check().failures
            #expect(failures.map(\.name) == ["permission access_request update"])
            #expect(failures.first?.mend.contains("an identity of tbot") == true)
            #expect(failures.first?.mend.contains("spec.allow") == false)
        }
    }

    @Test(
        "A server that is too old is reported by version, newer ones pass", arguments: [("6.0.0", false), ("13.1.0", true)])
    func versions(_ version: String, _ isWell: Bool) async throws {
        try await Stage.with(configure: { $0.version = version }) { stage in
            let result = try await stage.check()
            #expect(result.failures.map(\.name) == (isWell ? [] : ["Teleport version"]), "\(result.lines)")
            #expect(isWell || result.failures.first?.mend.contains("pgrade the cluster") == true, "\(result.lines)")
        }
    }

    @Test("A request from the future tells that the clocks differ")
    func clock() async throws {
        try await Stage.with(configure: { $0.now = { WallTime.now() + .seconds(300) } }) { stage in
            stage.auth.createRequest(user: "dave", roles: ["editor"])
            let result = try await stage.check()
            #expect(result.failures.map(\.name) == ["Teleport's clock"], "\(result.lines)")
        }
    }

    @Test("A wrong token is found and not shown, and the steps that need it are left out")
    func wrongToken() async throws {
        try await Stage.with { stage in
            let wrong = "0123456789abcdef0123456789"
            try stage.edit { line in line.hasPrefix("token = ") ? "token = \"\(wrong)\"" : line }
            let result = try await stage.check()
            #expect(result.code == 1)
            #expect(result.failures.map(\.name) == ["Mattermost token"])
            #expect(result.failures.first?.mend.contains("[mattermost] token") == true)
            #expect(result.lines.contains { $0.hasPrefix("– recipients: ") })
            #expect(!result.lines.contains { $0.contains(wrong) })
        }
    }

    @Test("A person's token is found to be no bot's")
    func noBot() async throws {
        try await Stage.with { stage in
            let token = try #require(try stage.mattermost.world.read { $0.token(of: "alice") })
            try stage.edit { line in line.hasPrefix("token = ") ? "token = \"\(token)\"" : line }
            let result = try await stage.check()
            #expect(result.failures.map(\.name) == ["bot account"])
            #expect(!result.lines.contains { $0.contains(token) })
        }
    }

    @Test("An identity file can replace the three credential files, and its mode is checked")
    func identity() async throws {
        try await Stage.with { stage in
            let certificates = try Certificates.shared()
            let path = stage.folder.appending(path: "identity").path
            let parts = try ["auth.key", "auth.crt", "auth.cas"].flatMap { try certificates.bytes($0) }
            let files = FileManager.default
            #expect(files.createFile(atPath: path, contents: Data(parts), attributes: [.posixPermissions: 0o644]))
            try stage.edit { line in
                if line.hasPrefix("client_key") { return "identity = \"\(path)\"" }
                return line.hasPrefix("client_crt") || line.hasPrefix("root_cas") ? "" : line
            }
            let result = try await stage.check()
            #expect(result.failures.map(\.name) == ["file modes"], "\(result.lines)")
            #expect(result.failures.first?.mend.hasSuffix(path) == true)
            try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            #expect(try await stage.check().failures == [])
        }
    }

    @Test("A bot outside the channel is found, with the command that invites it")
    func notInvited() async throws {
        try await Stage.with { stage in
            try stage.removeBotFromChannels()
            let result = try await stage.check()
            #expect(result.code == 1)
            #expect(result.failures.map(\.name) == ["membership acme/access-requests"])
            #expect(result.failures.first?.mend.contains("/invite @teleport") == true)
        }
    }

    @Test("Hidden addresses and a recipient that is not there are found, one by one")
    func people() async throws {
        try await Stage.with { stage in
            try stage.edit { line in
                line.hasPrefix("team = ") ? line + "\nrecipients = [\"bob@example.com\", \"acme/no-such-channel\"]" : line
            }
            #expect(try await stage.check().failures.map(\.name) == ["recipient acme/no-such-channel"])
            try stage.mattermost.world.change { state, _ throws(AppError) in state.showsEmail = false }
            let names = try await stage.check().failures.map(\.name)
            #expect(names == ["recipient bob@example.com", "recipient acme/no-such-channel", "e-mail addresses"])
        }
    }

    @Test(
        "A certificate that Teleport or the callers refuse is found",
        arguments: [
            (["auth.": "expired-client."], ["Teleport credentials"], "expired"),
            (["auth.": "foreign-client."], ["Teleport"], "unknown ca"),
            (["auth.cas": "foreign-ca.crt"], ["Teleport"], "verify failed"),
            (["auth.key": "foreign-client.key"], ["Teleport credentials"], "belong"),
            (["server.": "misnamed-server."], ["HTTPS certificate", "callback URL"], "elsewhere.example"),
            (["server.": "expired-server."], ["HTTPS certificate"], "expired"),
        ])
    func certificates(_ swap: [String: String], _ failures: [String], _ words: String) async throws {
        try await Stage.with { stage in
            try stage.edit { line in
                // The name `auth.` stands for a certificate with its key. The CAs in `auth.cas` are not swapped with it.
                swap.filter { !$0.key.hasSuffix(".") || !line.hasPrefix("root_cas") }.reduce(line) { line, names in
                    line.replacing("/\(names.key)", with: "/\(names.value)")
                }
            }
            let result = try await stage.check()
            #expect(result.code == 1)
            #expect(result.failures.map(\.name) == failures, "\(result.lines)")
            #expect(result.failures.first?.detail.contains(words) == true, "\(result.failures)")
        }
    }

    @Test(
        "A callback URL that leads nowhere, or elsewhere, is found with what to do",
        arguments: [
            ("http://127.0.0.1:1", "Couldn't connect", "nothing takes connections there"),
            ("http://host.invalid:8081", "Could not resolve", "DNS"),
            ("", "is answered with 404", "lead to listen_addr"),
        ])
    func callback(_ url: String, _ words: String, _ mend: String) async throws {
        try await Stage.with { stage in
            let url = url.isEmpty ? "http://127.0.0.1:\(try await stage.mattermost.port)" : url
            try stage.edit { line in line.hasPrefix("public_addr = ") ? "public_addr = \"\(url)\"" : line }
            let result = try await stage.check("--insecure-no-tls")
            #expect(result.failures.map(\.name) == ["callback URL"])
            #expect(result.failures.first?.detail.contains(words) == true, "\(result.failures)")
            #expect(result.failures.first?.mend.contains(mend) == true, "\(result.failures)")
        }
    }

    @Test("Servers that are away are found, and the steps that need them are left out")
    func away() async throws {
        try await Stage.with { stage in
            await stage.mattermost.stop()
            try await stage.auth.stop()
            let result = try await stage.check()
            #expect(result.code == 1)
            #expect(result.failures.map(\.name) == ["Teleport", "Mattermost"])
            #expect(result.lines.contains { $0.hasPrefix("– permission access_request list: ") })
            #expect(result.lines.contains { $0.hasPrefix("✓ callback URL: ") })
        }
    }
}
