import Synchronization
import Testing

@testable import Access

/// A list of users that counts how often it was asked, and fails while it has an error.
private final class Directory: UserDirectory {
    struct State {
        var users: [TeleportUser]
        var error: TeleportError?
        var count = 0
    }

    let state: Mutex<State>

    init(_ users: [TeleportUser]) { state = Mutex(State(users: users)) }

    func users(_ search: UserSearch) async throws(TeleportError) -> [TeleportUser] {
        let (found, error) = state.withLock { state in
            state.count += 1
            return (state.users.filter(search.selects), state.error)
        }
        if let error { throw error }
        return found
    }
}

@Suite("Who a Mattermost account is in Teleport")
struct IdentitiesTests {
    private static let trait = "mattermost_id"
    private static let bob = ChatUser(id: "bbbbbbbbbbbbbbbbbbbbbbbbbb", username: "bob", email: "bob@example.com")

    private static func user(_ name: String, _ values: String...) -> TeleportUser {
        TeleportUser(name: name, traits: [trait: values, "other": [bob.id]])
    }

    private static func policy(_ users: [String: String] = [:], trait: String? = trait, email: Bool = false) -> ApprovalPolicy {
        var policy = ApprovalPolicy()
        (policy.users, policy.userTrait, policy.emailIsUser) = (users, trait, email)
        return policy
    }

    private static func identity(_ policy: ApprovalPolicy, _ users: [TeleportUser], of account: ChatUser = bob) async
        -> TeleportIdentity
    {
        await Identities(policy, directory: Directory(users), elapsed: { .zero }).identity(of: account)
    }

    @Test("The order of the rules: the configuration by id and name, then the trait, then the address where it is allowed")
    func order() async {
        let users = [Self.user("bob.t", Self.bob.id), Self.user("carol.t", "carol")]
        #expect(await Self.identity(Self.policy([Self.bob.id: "by id", "bob": "by name"]), users) == .mapped("by id"))
        #expect(await Self.identity(Self.policy(["bob": "by name"]), users) == .mapped("by name"))
        #expect(await Self.identity(Self.policy(), users) == .trait("bob.t"))
        #expect(await Self.identity(Self.policy(), [Self.user("bob.t", "bob")]) == .trait("bob.t"))
        #expect(await Self.identity(Self.policy(email: true), [users[1]]) == .nobody)
        #expect(await Self.identity(Self.policy(trait: nil, email: true), users) == .address("bob@example.com"))
        #expect(await Self.identity(Self.policy(trait: nil), users) == .unknown)
    }

    @Test("Two users with the account are no answer, also if one has its id and the other its name")
    func several() async {
        let one = Self.user("a.t", Self.bob.id)
        #expect(await Self.identity(Self.policy(), [one, Self.user("b.t", Self.bob.id)]) == .several(["a.t", "b.t"]))
        #expect(await Self.identity(Self.policy(), [one, Self.user("b.t", "bob")]) == .several(["a.t", "b.t"]))
        #expect(await Self.identity(Self.policy(), [Self.user("a.t", Self.bob.id, "bob")]) == .trait("a.t"))
    }

    @Test("Values are compared exactly, and a user name that looks like an account id stands for nobody")
    func exact() async {
        for value in ["Bob", "bob ", "@bob", ""] {
            #expect(await Self.identity(Self.policy(), [Self.user("bob.t", value)]) == .nobody)
        }
        let thief = ChatUser(id: String(repeating: "t", count: 26), username: Self.bob.id, email: "")
        #expect(await Self.identity(Self.policy(), [Self.user("bob.t", Self.bob.id)], of: thief) == .nobody)
    }

    @Test("An answer is remembered for seconds, and neither a failure nor the lack of an answer is")
    func memory() async {
        let now = Mutex(Duration.zero)
        let directory = Directory([])
        let identities = Identities(Self.policy(), directory: directory, elapsed: { now.withLock { $0 } })
        #expect(await identities.identity(of: Self.bob) == .nobody)
        let error = TeleportError(.permissionDenied, "no")
        directory.state.withLock { ($0.users, $0.error) = ([Self.user("bob.t", "bob")], error) }
        #expect(await identities.identity(of: Self.bob) == .failed(error))
        directory.state.withLock { $0.error = nil }
        #expect(await identities.identity(of: Self.bob) == .trait("bob.t"))
        let asked = directory.state.withLock { state in
            state.users = []
            return state.count
        }
        #expect(await identities.identity(of: Self.bob) == .trait("bob.t"))
        #expect(directory.state.withLock { $0.count } == asked)
        now.withLock { $0 = Identities.lifetime + .seconds(1) }
        #expect(await identities.identity(of: Self.bob) == .nobody)
    }

    @Test("A Teleport user's accounts are those of the configuration, or else the ids and user names in the trait")
    func accounts() async throws {
        let users = [Self.user("dave.t", Self.bob.id, "dave", "No Name", "x@example.com")]
        let identities = { (policy: ApprovalPolicy) in Identities(policy, directory: Directory(users), elapsed: { .zero }) }
        #expect(try await identities(Self.policy()).accounts(ofUser: "dave.t") == [Self.bob.id, "dave"])
        #expect(try await identities(Self.policy()).accounts(ofUser: "dave") == [])
        #expect(try await identities(Self.policy(["eve": "dave.t"])).accounts(ofUser: "dave.t") == ["eve"])
        #expect(try await identities(Self.policy(trait: nil)).accounts(ofUser: "dave.t") == [])
    }

    @Test("Who is known as another user may approve; who is not known may not, as the request may be their own")
    func verdicts() throws {
        let id = try #require(RequestID("2ac7a19b-41ca-4cbf-a491-9a0009d3eef6"))
        let request = AccessRequest(
            id: id, user: "dave.t", roles: ["editor"], state: .pending, created: Timestamp(milliseconds: 0))
        func verdict(_ decision: Decision, _ identity: TeleportIdentity) -> ApprovalPolicy.Verdict {
            Self.policy().verdict(decision, request, by: .init(user: Self.bob, identity: identity))
        }
        #expect(verdict(.approve, .trait("bob.t")) == .approver)
        #expect(verdict(.approve, .trait("dave.t")) == .refused(.ownRequest(others: [.init(roles: [], approvers: [])])))
        #expect(verdict(.deny, .trait("dave.t")) == .withdrawal)
        for identity in [TeleportIdentity.nobody, .several(["a", "b"]), .failed(TeleportError(.timedOut, "late"))] {
            #expect(verdict(.approve, identity) == .refused(.untold(identity)))
            #expect(verdict(.deny, identity) == .approver)
        }
        #expect(verdict(.approve, .unknown) == .approver)
    }
}
