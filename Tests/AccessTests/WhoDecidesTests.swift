import Testing

@testable import Access

@Suite("The words that say who may decide")
struct WhoDecidesTests {
    @Test("A post says whose approval each role needs, unless it is the same for all roles")
    func words() throws {
        let rules = RecipientRules(
            always: [],
            roles: [
                "admin": [.channel(.init(team: "acme", channel: "admins"))],
                "dev": [.channel(.init(team: "acme", channel: "devs"))],
                "ops": [.channel(.init(team: "acme", channel: "devs"))],
            ])
        var policy = ApprovalPolicy()
        let request = { try ApprovalPolicyTests.request($0) }
        #expect(
            WhoDecides.approvers(of: try request(["dev", "admin", "ops"]), policy, rules)
                == "It takes one person who may decide all of the roles: for `dev, ops` the members of `acme/devs`; "
                + "and for `admin` the members of `acme/admins`")
        #expect(WhoDecides.approvers(of: try request(["dev", "ops"]), policy, rules) == nil)
        policy.roles = ["ops": [.username("carol")]]
        #expect(
            WhoDecides.approvers(of: try request(["dev", "ops"]), policy, rules)?.hasSuffix("; and for `ops` @carol") == true)
        policy.approvers = [.username("ana")]
        #expect(WhoDecides.approvers(of: try request(["dev", "admin"]), policy, rules) == nil)
    }
}
