import Foundation
import Sandbox
import Testing

@Suite("Who is who, who else is told and who is reminded, with the built plugin", .serialized, .timeLimit(.minutes(1)))
struct PeopleTests {
    private static let plugin = "access-plugin-mattermost"

    @Test(
        "A person reviews as the user with their account in the trait, on a server that returns all users",
        arguments: [true, false])
    func trait(isNewest: Bool) async throws {
        try await Stage.with(configure: {
            ($0.version, $0.filtersUsersByTrait, $0.pageLimit) = ("18.11.0", isNewest, 1)
            ($0.reviewers, $0.submitsForUsers) = (["bob.t"], [Self.plugin: ["*"]])
            $0.permissions = [Self.plugin: AuthPermission.findingUsers]
        }) { stage in
            let bob = try stage.mattermost.world.read { state throws(AppError) in try state.account(named: "bob").id }
            stage.auth.directory.users = [
                AuthUser("bob.t", traits: ["mattermost_id": [bob]]), AuthUser("eve.t", traits: ["mattermost_id": ["eve"]]),
                AuthUser("robot", traits: ["mattermost_id": [bob]], isBot: true),
            ]
            try stage.addSettings("[approvals]\nmethod = \"review\"\nuser_trait = \"mattermost_id\"\n")
            let plugin = try await stage.startPlugin()
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let post = try await stage.post(about: id, showing: "pending")
            #expect(
                try await stage.click("approve", on: post, as: "carol").hasPrefix("No user of Teleport's has your Mattermost"))
            #expect(try await stage.click("approve", on: post, as: "bob").hasPrefix("You approved"))
            #expect(stage.auth.request(id)?.reviews.map(\.author) == ["bob.t"])
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("Further recipients get one post when nobody has decided in time, also if the plugin was stopped then")
    func escalation() async throws {
        try await Stage.with { stage in
            try stage.mattermost.world.change { state, _ in
                var channel = state.channels[0]
                (channel.id, channel.name) = (Identifier.make(), "on-call")
                state.channels.append(channel)
            }
            try stage.addSettings("[[reminders.steps]]\nafter = \"3s\"\nrecipients = [\"acme/on-call\"]\n")
            let first = try await stage.startPlugin()
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            _ = try await stage.post(about: id, showing: "pending")
            #expect(try await first.stop() == 0)
            let second = try await stage.startPlugin()
            for await _ in stage.mattermost.world.bell.changes() where try stage.posts(about: id).count == 2 { break }
            #expect(Set(try stage.posts(about: id).map(\.channelID)).count == 2)
            try stage.auth.resolve(id, .approved)
            for await _ in stage.mattermost.world.bell.changes()
            where try stage.posts(about: id).allSatisfy({ $0.shows(id, "approved") }) { break }
            #expect(try await second.stop() == 0)
            #expect(try stage.posts(about: id).count == 2)
        }
    }

    @Test("Settings for newer servers break nothing on older ones", arguments: ["7.3.2", "8.1.0"])
    func older(version: String) async throws {
        try await Stage.with(configure: { $0.version = version }) { stage in
            try stage.addSettings(
                "[approvals]\nallow_self = true\nuser_trait = \"mattermost_id\"\n[access_lists]\nreminders = true\n")
            let plugin = try PluginProcess(["start", "--config", stage.configuration])
            try await plugin.line(containing: "Watcher connected")
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let post = try await stage.post(about: id, showing: "pending")
            #expect(try await stage.click("approve", on: post, as: "bob").hasPrefix("You approved"))
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("The check prints what the role is good for")
    func features() async throws {
        try await Stage.with(configure: {
            $0.version = "18.11.0"
            $0.permissions = [Self.plugin: AuthPermission.findingUsers]
        }) { stage in
            let lines = try await stage.check().lines
            #expect(lines.contains("  ✓ people by user_trait (not configured): user [list, read]"))
            #expect(
                lines.contains(
                    "  ✗ reminders of access lists (not configured): access_list [list, read], access_plugin_data [list, read, update]"
                ))
            let object = try await stage.check("--json").object
            #expect((object?["features"] as? [[String: Any]])?.count == 9)
        }
    }
}
