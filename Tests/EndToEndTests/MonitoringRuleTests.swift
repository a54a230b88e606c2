import Foundation
import Sandbox
import TestSupport
import Testing

@Suite("Access monitoring rules, with the built plugin", .serialized, .timeLimit(.minutes(1)))
struct MonitoringRuleTests {
    private static let dev = #"access_request.spec.roles.contains("dev")"#

    private func with(version: String = "18.0.0", _ body: (Stage) async throws -> Void) async throws {
        try await Stage.with {
            $0.version = version
            $0.permissions["access-plugin-mattermost"]?.formUnion(AuthPermission.rules)
        } _: { stage in
            try stage.mattermost.world.change { state, _ in
                var channel = state.channels[0]
                (channel.id, channel.name, channel.displayName) = (Identifier.make(), "oncall", "On Call")
                state.channels.append(channel)
            }
            try await body(stage)
        }
    }

    private func channel(of post: ChatPost, _ stage: Stage) throws -> String? {
        try stage.mattermost.world.read { state in state.channels.first { $0.id == post.channelID }?.name }
    }

    @Test("A rule's channel is told in place of the configured one, from the moment that the rule is made until it is deleted")
    func rules() async throws {
        try await with { stage in
            let plugin = try await stage.startPlugin()
            let before = stage.auth.createRequest(user: "dave", roles: ["dev"])
            #expect(try channel(of: try await stage.post(about: before, showing: "pending"), stage) == "access-requests")
            stage.auth.setRule(AuthRule("a", condition: Self.dev, recipients: ["acme/oncall"]))
            _ = try await plugin.line(containing: "Access monitoring rules that name this plugin: 1")
            let id = stage.auth.createRequest(user: "dave", roles: ["dev"])
            let post = try await stage.post(about: id, showing: "pending")
            #expect(try channel(of: post, stage) == "oncall")
            #expect(try await stage.click("approve", on: post, as: "bob").hasPrefix("You approved"))
            stage.auth.deleteRule("a")
            _ = try await plugin.line(containing: "Access monitoring rules that name this plugin: 0")
            let after = stage.auth.createRequest(user: "dave", roles: ["dev"])
            #expect(try channel(of: try await stage.post(about: after, showing: "pending"), stage) == "access-requests")
            #expect(try stage.posts(about: before).count == 1)
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("A server before 15 is not asked, and works as ever")
    func older() async throws {
        try await with(version: "14.3.0") { stage in
            stage.auth.setRule(AuthRule("a", condition: "true", recipients: ["acme/oncall"]))
            let plugin = try await stage.startPlugin()
            let id = stage.auth.createRequest(user: "dave", roles: ["dev"])
            #expect(try channel(of: try await stage.post(about: id, showing: "pending"), stage) == "access-requests")
            #expect(stage.auth.ruleWatchers == 0)
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("`check` looks up the recipients of rules, and warns of those that do not exist and of rules that cannot be used")
    func check() async throws {
        try await with { stage in
            stage.auth.setRule(
                AuthRule("production", condition: "true", recipients: ["acme/oncall", "acme/onkall", "bob@example.com"]))
            stage.auth.setRule(
                AuthRule("b", condition: Self.dev, recipients: ["acme/onkall", "oncall", "acme/access-requests"]))
            stage.auth.setRule(AuthRule("staging", condition: "access_request.spec.role", recipients: ["acme/nowhere"]))
            stage.auth.setRule(AuthRule("d", condition: "true", recipients: ["acme/elsewhere"], plugin: "slack"))
            let result = try await stage.check()
            #expect(try Sample(in: "rules.md", with: "! rule staging").absent(from: result.lines) == [])
            #expect(result.code == 0 && result.failures == [], "\(result.lines)")
            for line in [
                "✓ access monitoring rules: 3 name this plugin",
                "! rule staging: is skipped: there is no variable \"access_request.spec.role\"",
                "✓ recipient acme/oncall: was found, named by the rule production",
                "✓ membership acme/oncall: the bot is in the channel",
                "✓ recipient bob@example.com: was found, named by the rule production",
                "! recipient oncall: is neither team/channel nor an e-mail address, and is named by the rule b",
                "✓ recipient acme/access-requests: was found, named by the rule b",
            ] { #expect(result.lines.contains(line), "\(line) \(result.lines)") }
            let misspelt = result.lines.firstIndex {
                $0.hasPrefix("! recipient acme/onkall: ") && $0.hasSuffix(", named by the rules b, production")
            }
            #expect(
                result.lines[try #require(misspelt) + 1].hasSuffix(
                    "Mend it: tctl edit access_monitoring_rule/b, tctl edit access_monitoring_rule/production, or invite the bot to the channel"
                ))
            #expect(result.lines.count { $0.contains("membership acme/access-requests") } == 1)
            #expect(!result.lines.contains { $0.contains("nowhere") || $0.contains("elsewhere") })

            try stage.edit { $0 == "[teleport]" ? "\($0)\nmonitoring_rules = false" : $0 }
            let off = try await stage.check().lines
            #expect(off.contains("– access monitoring rules: [teleport] monitoring_rules is false"))
            #expect(!off.contains { $0.contains("oncall") })
        }
        try await with(version: "14.3.0") { stage in
            let lines = try await stage.check().lines
            #expect(lines.contains("– access monitoring rules: Teleport 14.3.0 has none; they came with 15"), "\(lines)")
        }
    }

    @Test("`check` names a channel of a rule that the bot has not joined")
    func notInvited() async throws {
        try await with { stage in
            stage.auth.setRule(AuthRule("a", condition: "true", recipients: ["acme/oncall"]))
            try stage.mattermost.world.change { state, _ in
                let bot = state.bot?.id ?? ""
                for index in state.channels.indices where state.channels[index].name == "oncall" {
                    state.channels[index].members.remove(bot)
                }
            }
            #expect(try await stage.check().failures.map(\.name) == ["membership acme/oncall"])
        }
    }

    @Test("`explain` says of each rule whether it matches and why not, and who is told")
    func explain() async throws {
        try await with { stage in
            stage.auth.setRule(AuthRule("a", condition: Self.dev, recipients: ["acme/oncall", "acme/nowhere"]))
            stage.auth.setRule(AuthRule("b", condition: "!\(Self.dev)", recipients: ["acme/oncall"]))
            stage.auth.setRule(AuthRule("c", condition: "nothing", recipients: ["acme/oncall"]))
            let file = stage.folder.appending(path: "request.json")
            try """
            [{"kind":"access_request","metadata":{"name":"2ac7a19b-41ca-4cbf-a491-9a0009d3eef6"},
            "spec":{"user":"alice","roles":["dev"],"state":1,"created":"2025-08-11T14:30:00Z"}}]
            """.write(to: file, atomically: true, encoding: .utf8)
            let process = try PluginProcess(["explain", "-c", stage.configuration, "--request", file.path])
            #expect(try await process.exitCode() == 1)
            let text = process.state.value.lines.joined(separator: "\n")
            for line in [
                "✓ access monitoring rules: 3 name this plugin", "✓ rule a: matches, and names acme/oncall, acme/nowhere",
                "– rule b: does not match: this is not true: !\(Self.dev)",
                "✗ rule c: is skipped: there is no variable \"nothing\"",
                "✓ recipient acme/oncall: is told, as the rule a named it", "✗ recipient acme/nowhere: ",
                "– recipient acme/access-requests: of [mattermost] recipients is not told, because a rule names others",
            ] { #expect(text.contains(line), "\(text)") }
        }
    }
}
