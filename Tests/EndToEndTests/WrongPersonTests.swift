import Foundation
import Sandbox
import Testing

@Suite("A real click by each kind of person", .serialized, .timeLimit(.minutes(2)))
struct WrongPersonTests {
    /// Configures carol as the only approver of the role `editor`, and erin for every other role. The requester is dave.
    private func configure(_ stage: Stage) throws {
        try stage.addSettings("[approvals]\napprovers = [\"@erin\"]\n[approvals.roles]\neditor = [\"@carol\"]\n")
        try stage.mattermost.world.change { state, now in
            let created = state.accounts[0].createAt
            for (name, roles, isBot) in [
                ("erin", "system_user", false), ("gast", "system_guest", false), ("robot", "system_user", true),
            ] {
                let account = ChatAccount(
                    username: name, email: "\(name)@example.com", roles: roles, isBot: isBot, createAt: created)
                state.accounts.append(account)
                state.channels[0].members.insert(account.id)
            }
        }
    }

    @Test("A person who may not decide is told so, and nothing happens; the approver decides", arguments: ["approve", "deny"])
    func matrix(_ button: String) async throws {
        try await Stage.with { stage in
            try configure(stage)
            let plugin = try await stage.startPlugin()
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let post = try await stage.post(about: id, showing: "pending")
            let refused = [
                ("bob", "You are not among those who decide this"), ("erin", "You are not among those who decide this"),
                ("gast", "Guests cannot decide"), ("robot", "Only active members"),
            ]
            for (name, words) in refused {
                #expect(try await stage.click(button, on: post, as: name).hasPrefix(words), "\(name)")
            }
            if button == "approve" {
                #expect(try await stage.click(button, on: post, as: "dave").hasPrefix("This is your own request"))
            }
            #expect(stage.auth.auditLog.isEmpty)
            let verb = button == "approve" ? "approved" : "denied"
            #expect(try await stage.click(button, on: post, as: "carol").hasPrefix("You \(verb)"))
            #expect(stage.auth.auditLog.map(\.delegator) == ["mattermost:carol@example.com"])
            let log = plugin.state.value.lines.filter { $0.contains("Refused a click") }
            #expect(log.count == refused.count + (button == "approve" ? 1 : 0))
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("The requester withdraws with Deny; an approver who was deactivated decides nothing")
    func others() async throws {
        try await Stage.with { stage in
            try configure(stage)
            let plugin = try await stage.startPlugin()
            let own = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let post = try await stage.post(about: own, showing: "pending")
            try stage.mattermost.world.change { state, _ in
                if let carol = state.accounts.firstIndex(where: { $0.username == "carol" }) {
                    state.accounts[carol].deleteAt = 1
                }
            }
            #expect(try await stage.click("approve", on: post, as: "carol").hasPrefix("Only active members"))
            #expect(stage.auth.auditLog.isEmpty)
            #expect(try await stage.click("deny", on: post, as: "dave").hasPrefix("You withdrew your request"))
            #expect(stage.auth.auditLog.map(\.state) == [.denied])
            #expect(try await plugin.stop() == 0)
        }
    }
}
