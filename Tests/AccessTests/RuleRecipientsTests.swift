import Access
import Testing

@Suite("Recipients that rules named, in a request's record")
struct RuleRecipientsTests {
    private func request(_ roles: [String]) throws -> AccessRequest {
        AccessRequest(
            id: try #require(RequestID("2ac7a19b-41ca-4cbf-a491-9a0009d3eef6")), user: "alice", roles: roles, state: .pending,
            created: .init(milliseconds: 1))
    }

    @Test("They are read as they were written")
    func roundTrip() throws {
        let recipients = try #require(
            RuleRecipients([
                .init(name: "acme/Town Square", roles: [0, 2, 3, 4]), .init(name: "bob@example.com", roles: []),
                .init(name: "acme/all", roles: .all),
            ]))
        #expect(recipients.description == "acme/Town Square\t0,2-4\nbob@example.com\t\nacme/all\t*")
        #expect(RuleRecipients(recipients.description) == recipients)
        #expect(PluginRecord([PluginRecord.Key.ruleRecipients: recipients.description]).ruleRecipients == recipients)
        #expect(PluginRecord([:]).ruleRecipients == nil)
    }

    @Test("A damaged record and names that cannot be kept give no recipients", arguments: ["", "\t1", "\n\n", "\u{1}x\t0"])
    func damaged(text: String) {
        #expect(RuleRecipients(text) == nil)
    }

    @Test("The number of recipients is bounded")
    func bounded() throws {
        let many = (0..<1000).map { RuleRecipients.Entry(name: "a/c\($0)", roles: [0]) }
        #expect(try #require(RuleRecipients(many)).entries.count == RuleRecipients.limit)
        #expect(RuleRecipients([.init(name: String(repeating: "a", count: 500), roles: [])]) == nil)
    }

    @Test("Each role has the recipients that rules name for it alone, or else those of the configuration")
    func narrowed() throws {
        let record = PluginRecord([PluginRecord.Key.ruleRecipients: "acme/dev\t0\nacme/both\t\nacme/prod\t1,7"])
        let configured = RecipientRules(
            always: [], roles: ["dba": [.channel(.init(team: "acme", channel: "dba"))], "dev": [.person("x@example.com")]])
        let rules = configured.narrowed(to: try request(["dev", "prod", "dba"]), record)
        #expect(rules.recipients(ofRoles: ["dev"]).map(\.description) == ["acme/dev"])
        #expect(rules.recipients(ofRoles: ["prod"]).map(\.description) == ["acme/prod"])
        #expect(rules.recipients(ofRoles: ["dba"]).map(\.description) == ["acme/dba"])
        #expect(configured.narrowed(to: try request(["dev"]), PluginRecord([:])) == configured)
    }

    @Test("A request without roles has the recipients that rules name for it, or else those of the configuration")
    func withoutRoles() throws {
        let configured = RecipientRules(always: [.person("x@example.com")], roles: ["*": [.person("y@example.com")]])
        for positions in ["*", "0"] {
            let record = PluginRecord([PluginRecord.Key.ruleRecipients: "acme/dev\t\(positions)\nacme/both\t"])
            let rules = configured.narrowed(to: try request([]), record)
            #expect(rules.recipients(ofRoles: []).map(\.description) == ["acme/dev"])
        }
        let nobody = PluginRecord([PluginRecord.Key.ruleRecipients: "acme/both\t"])
        #expect(configured.narrowed(to: try request([]), nobody).recipients(ofRoles: []) == [.person("x@example.com")])
    }

    @Test("Positions of roles are kept as spans, and what is no position is left out")
    func positions() throws {
        #expect(RolePositions([0, 1, 2], of: 3) == .all)
        #expect(RolePositions([0], of: 1) == .all)
        #expect(RolePositions([0, 1, 2], of: 4).description == "0-2")
        #expect(RolePositions(Array(0..<5000), of: 5000).description == "*")
        #expect(RolePositions((0..<5000).map { $0 * 2 }, of: 10_000).description.utf8.count < 1000)
        #expect(RolePositions.all.contains(4999))
        let read = RolePositions("0,7-9,x,-1,5-3,11-,20-20,99999999999999999999")
        #expect(read.description == "0,7-9,20")
        #expect([0, 8, 20].allSatisfy(read.contains) && ![1, 5, 11, 21].contains(where: read.contains))
    }
}
