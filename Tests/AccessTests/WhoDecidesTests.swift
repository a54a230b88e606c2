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

    @Test("Two configurations have the same fingerprint exactly if their posts say the same of who decides")
    func fingerprint() {
        let admins = Recipient.channel(.init(team: "acme", channel: "admins"))
        var policy = ApprovalPolicy()
        var rules = RecipientRules(always: [admins])
        let nothing = WhoDecides.fingerprint(policy, rules)
        policy.approvers = [.username("ana")]
        rules.always = []
        // Without roles of their own no post says who decides, so that no open post has to be made anew.
        #expect(WhoDecides.fingerprint(policy, rules) == nothing)
        rules.roles = ["dev": [admins], "ops": [admins]]
        let told = WhoDecides.fingerprint(policy, rules)
        #expect(told != nothing)
        policy.roles = ["dev": [.username("bob")]]
        let decided = WhoDecides.fingerprint(policy, rules)
        #expect(decided != told)
        policy.roles = ["dev": [.username("carol")]]
        #expect(WhoDecides.fingerprint(policy, rules) != decided)
        policy.roles = ["dev": [.username("bob")]]
        policy.approvers = []
        #expect(WhoDecides.fingerprint(policy, rules) != decided)
    }
}
