import Testing

@testable import Access

/// A person who clicks, and the outcomes that are expected when they approve and when they deny.
struct PolicyCase: CustomTestStringConvertible, Sendable {
    enum Outcome: Equatable, Sendable {
        case allowed, withdrawal, bot, deactivated, outsider, guest, own, hidden, onlySuggested, notApprover([String])
    }

    var who: String
    var clicker: ApprovalPolicy.Clicker
    var approve: Outcome
    var deny: Outcome

    var testDescription: String { who }

    init(
        _ who: String, _ name: String, email: String = "", isBot: Bool = false, isGuest: Bool = false, isDeleted: Bool = false,
        isMember: Bool = true, channels: Set<ChannelName> = [], accounts: Set<String> = [], approve: Outcome, deny: Outcome
    ) {
        self.who = who
        let user = ChatUser(
            id: "id\(name)", username: name, email: email, isBot: isBot, isGuest: isGuest, isDeleted: isDeleted)
        clicker = .init(user: user, isMember: isMember, channels: channels, requesterAccounts: accounts)
        (self.approve, self.deny) = (approve, deny)
    }
}

@Suite("Who may decide")
struct ApprovalPolicyTests {
    static let leads = ChannelName(team: "acme", channel: "dba-leads")

    /// A policy in which only carol or a lead may approve the role `dba`, and only ana or pia any other role. The tests'
    /// request is dave's, for `dba`.
    static var policy: ApprovalPolicy {
        var policy = ApprovalPolicy()
        policy.approvers = [.username("ana"), .email("pia@example.com")]
        policy.roles = ["dba": [.username("carol"), .channel(leads)]]
        return policy
    }

    static func request(user: String = "dave", _ roles: [String] = ["dba"]) throws -> AccessRequest {
        let id = try #require(RequestID("305dc2e2-6700-485c-a62a-74712b40900e"))
        return AccessRequest(
            id: id, user: user, roles: roles, state: .pending, reason: "", created: .now, expires: nil)
    }

    static func outcome(
        _ decision: Decision, _ request: AccessRequest, _ clicker: ApprovalPolicy.Clicker, _ policy: ApprovalPolicy = policy
    ) -> PolicyCase.Outcome {
        switch policy.verdict(decision, request, by: clicker) {
        case .approver: .allowed
        case .withdrawal: .withdrawal
        case .refused(.bot): .bot
        case .refused(.deactivated): .deactivated
        case .refused(.outsider): .outsider
        case .refused(.guest): .guest
        case .refused(.ownRequest): .own
        case .refused(.hiddenAddress), .refused(.unclearName), .refused(.untold): .hidden
        case .refused(.onlySuggested): .onlySuggested
        case .refused(.notApprover(let needs)): .notApprover(needs.flatMap(\.roles))
        }
    }

    static let people = [
        PolicyCase("the requester", "dave", approve: .own, deny: .withdrawal),
        PolicyCase("the requester in capitals", "Dave", approve: .own, deny: .withdrawal),
        PolicyCase("a member", "bob", approve: .notApprover(["dba"]), deny: .notApprover(["dba"])),
        PolicyCase("an approver", "carol", approve: .allowed, deny: .allowed),
        PolicyCase("a member of the approving channel", "lea", channels: [leads], approve: .allowed, deny: .allowed),
        PolicyCase("an approver of another role", "ana", approve: .notApprover(["dba"]), deny: .notApprover(["dba"])),
        PolicyCase("a guest", "bob", isGuest: true, approve: .guest, deny: .guest),
        PolicyCase("an approver who is a guest", "carol", isGuest: true, approve: .guest, deny: .guest),
        PolicyCase("a bot", "carol", isBot: true, approve: .bot, deny: .bot),
        PolicyCase("a deactivated approver", "carol", isDeleted: true, approve: .deactivated, deny: .deactivated),
        PolicyCase("an approver outside the channel", "carol", isMember: false, approve: .outsider, deny: .outsider),
        PolicyCase("the requester under another account", "d2", accounts: ["idd2"], approve: .own, deny: .withdrawal),
    ]

    @Test("Each kind of person, approving and denying", arguments: people)
    func matrix(_ person: PolicyCase) throws {
        #expect(Self.outcome(.approve, try Self.request(), person.clicker) == person.approve)
        #expect(Self.outcome(.deny, try Self.request(), person.clicker) == person.deny)
    }

    @Test("For several roles it takes an approver of each, and those that lack one are named")
    func severalRoles() throws {
        let request = try Self.request(["dba", "editor"])
        #expect(Self.outcome(.approve, request, .init(user: .named("carol"))) == .notApprover(["editor"]))
        #expect(Self.outcome(.approve, request, .init(user: .named("ana"))) == .notApprover(["dba"]))
        #expect(Self.outcome(.approve, request, .init(user: .named("ana"), channels: [Self.leads])) == .allowed)
    }

    @Test("A role without an entry falls back to the approvers, by user name and by address")
    func fallback() throws {
        let request = try Self.request(["editor"])
        #expect(Self.outcome(.approve, request, .init(user: .named("ana"))) == .allowed)
        #expect(Self.outcome(.approve, request, .init(user: .named("x", email: "Pia@Example.com"))) == .allowed)
        #expect(Self.outcome(.approve, request, .init(user: .named("x"))) == .notApprover([]))
    }

    @Test("Where no approvers are configured, every member but the requester may decide")
    func nobodyNamed() throws {
        let request = try Self.request()
        #expect(Self.outcome(.approve, request, .init(user: .named("bob")), .init()) == .allowed)
        #expect(Self.outcome(.approve, request, .init(user: .named("dave")), .init()) == .own)
        #expect(Self.outcome(.approve, request, .init(user: .named("bob"), isMember: false), .init()) == .outsider)
    }

    @Test("The requester is known by the configured name first, then by user name, then by address")
    func requester() throws {
        var policy = ApprovalPolicy()
        let request = try Self.request(user: "dave@example.com")
        let dave = ApprovalPolicy.Clicker(user: .named("dd", email: "dave@example.com"))
        #expect(Self.outcome(.approve, request, dave, policy) == .own)
        #expect(Self.outcome(.approve, request, .init(user: .named("dd", email: "d@example.com")), policy) == .allowed)
        policy.users = ["dd": "dave@example.com", "other": "dd"]
        #expect(Self.outcome(.approve, request, .init(user: .named("DD")), policy) == .own)
        #expect(policy.accounts(of: request) == ["dd"])
        policy.users = ["dd": "Dave@Example.COM"]
        #expect(Self.outcome(.approve, request, .init(user: .named("dd")), policy) == .own)
    }

    @Test("A person with two Teleport users is the requester of both; another person's line makes nobody else the requester")
    func twoUsers() throws {
        var policy = ApprovalPolicy()
        policy.approvers = [.username("carol")]
        let dave = ApprovalPolicy.Clicker(user: .named("dave", email: "dave@example.com"))
        policy.users = ["dave": "dave-admin"]
        for user in ["dave", "Dave@example.com", "DAVE-ADMIN"] {
            #expect(Self.outcome(.approve, try Self.request(user: user), dave, policy) == .own)
        }
        #expect(Self.outcome(.deny, try Self.request(user: "dave-admin"), dave, policy) == .withdrawal)
        #expect(Self.outcome(.deny, try Self.request(user: "dave"), dave, policy) == .notApprover([]))
        policy.users = ["dave.smith": "dave"]
        #expect(Self.outcome(.deny, try Self.request(user: "dave"), dave, policy) == .notApprover([]))
        policy.approvers = []
        #expect(Self.outcome(.approve, try Self.request(user: "dave"), dave, policy) == .allowed)
    }

    @Test("An account's id names a person whatever they call themselves, and no user name can stand in for it")
    func accountIDs() throws {
        var policy = ApprovalPolicy()
        let id = "fi1rjwgkwtn6jpnnsgbgubh8po"
        policy.users = [id: "dave"]
        let renamed = ChatUser(id: id, username: "other", email: "")
        #expect(Self.outcome(.approve, try Self.request(), .init(user: renamed), policy) == .own)
        #expect(Self.outcome(.approve, try Self.request(), .init(user: .named(id)), policy) == .allowed)
        #expect(policy.teleportUser(of: .named(id)) == nil)
        #expect(policy.teleportUser(of: renamed) == "dave")
    }

    @Test("If addresses are hidden and the requester's name is one, only people whom the configuration tells apart can approve")
    func hiddenAddresses() throws {
        var policy = ApprovalPolicy()
        let request = try Self.request(user: "dave@example.com")
        let bob = ApprovalPolicy.Clicker(user: .named("bob"))
        #expect(Self.outcome(.approve, request, bob, policy) == .hidden)
        #expect(Self.outcome(.deny, request, bob, policy) == .allowed)
        policy.users = ["bob": "bob@example.com"]
        #expect(Self.outcome(.approve, request, bob, policy) == .allowed)
        policy.users = ["dd": "dave@example.com"]
        #expect(Self.outcome(.approve, request, bob, policy) == .allowed)
    }

    @Test("allow_self lets the requester approve as far as they are an approver; allow_guests lets guests decide")
    func allowances() throws {
        var policy = Self.policy
        policy.allowsSelf = true
        let dave = ApprovalPolicy.Clicker(user: .named("dave"))
        #expect(Self.outcome(.approve, try Self.request(), dave, policy) == .notApprover(["dba"]))
        #expect(Self.outcome(.approve, try Self.request(), .init(user: .named("dave")), .init()) == .own)
        policy.roles = [:]
        policy.approvers = []
        #expect(Self.outcome(.approve, try Self.request(), dave, policy) == .allowed)
        var guest = ChatUser.named("carol")
        guest.isGuest = true
        #expect(Self.outcome(.approve, try Self.request(), .init(user: guest), policy) == .guest)
        policy.allowsGuests = true
        #expect(Self.outcome(.approve, try Self.request(), .init(user: guest), policy) == .allowed)
    }

    @Test("The policy asks only for the channels that matter for the request")
    func channels() throws {
        #expect(Self.policy.channels(for: try Self.request(), .named("bob")) == [Self.leads])
        #expect(Self.policy.channels(for: try Self.request(), .named("carol")).isEmpty)
        #expect(Self.policy.channels(for: try Self.request(["editor"]), .named("bob")).isEmpty)
    }
}

extension ChatUser {
    static func named(_ name: String, email: String = "") -> ChatUser {
        ChatUser(id: "id\(name.lowercased())", username: name, email: email)
    }
}
