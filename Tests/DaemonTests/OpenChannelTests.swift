import Access
import CircuitBreakers
import Logging
import Mattermost
import PluginTestSupport
import Sandbox
import Settings
import TestSupport
import Testing

@testable import Check
@testable import Daemon

@Suite("A public channel that decides", .timeLimit(.minutes(1)))
struct OpenChannelTests {
    private static let open =
        "! who can join acme/access-requests: is a public channel: every member of the team can join it "
        + "and decide\n    → Make it private or set [approvals] approvers\n"
    private static let closed = "✓ who can join acme/access-requests: who is invited, as it is a private channel\n"

    private static let file = """
        teleport.addr = "auth.example.com"
        mattermost = { url = "https://chat.example.com", token = "TOKENtoken", secret = "SECRETsecretSECRETsecret" }
        http.public_addr = "access.example.com:8081"
        """

    private func setKind(_ kind: ChatChannel.Kind, _ rig: Rig) throws {
        try rig.mattermost.world.change { state, _ in state.channels[0].kind = kind }
    }

    /// Returns what `check` reports about who can join the channels that decide.
    private func said(_ rig: Rig, _ set: (inout Settings) -> Void = { _ in }) async throws -> [String] {
        var settings = try Settings.parse(Array(Self.file.utf8), path: "f.toml")
        settings.mattermost.recipients = Rig.onlyRecipient
        set(&settings)
        let report = CheckReport(isJSON: true, output: { _ in }, progress: { _ in })
        let check = ChatCheck(settings: settings, chat: rig.chat, report: report)
        let bot = try await rig.chat.me()
        _ = await check.checkRecipients(bot)
        await check.checkApprovers(bot)
        #expect(!report.hasFailures)
        return report.steps.filter { $0.name.hasPrefix("who can join") }.map(\.text)
    }

    @Test("Check says so of a recipient that decides, and nothing of one that does not")
    func recipient() async throws {
        try await Rig.with { rig in
            #expect(try await said(rig) == [Self.open])
            #expect(try await said(rig) { $0.approvals.policy.approvers = [.username("carol")] } == [])
            #expect(try await said(rig) { $0.approvals.hasButtons = false } == [])
            try setKind(.private, rig)
            #expect(try await said(rig) == [Self.closed])
        }
    }

    @Test("Check says so of an approving channel")
    func approver() async throws {
        try await Rig.with { rig in
            let approver = Approver.channel(ChannelName(team: "acme", channel: "access-requests"))
            let lines = try await said(rig) { $0.approvals.policy.approvers = [approver] }
            #expect(
                lines.count == 1
                    && lines.allSatisfy { $0.hasPrefix("! ") && $0.hasSuffix("→ Make it private or name people\n") })
            try setKind(.private, rig)
            #expect(try await said(rig) { $0.approvals.policy.roles = ["dba": [approver]] } == [Self.closed, Self.closed])
        }
    }

    @Test("By role, a channel decides where its requests have no approvers of their own")
    func roles() {
        let (leads, all) = (
            Recipient.channel(.init(team: "a", channel: "leads")), Recipient.channel(.init(team: "a", channel: "b"))
        )
        let rules = RecipientRules(always: [.person("ana@example.com")], roles: ["dba": [leads], RecipientRules.others: [all]])
        var policy = ApprovalPolicy()
        #expect(policy.letsMembersDecide(of: leads, rules) && policy.letsMembersDecide(of: all, rules))
        #expect(!policy.letsMembersDecide(of: .person("ana@example.com"), rules))
        policy.roles = ["dba": [.username("carol")]]
        #expect(!policy.letsMembersDecide(of: leads, rules) && policy.letsMembersDecide(of: all, rules))
        (policy.approvers, policy.roles) = ([.username("carol")], [:])
        #expect(!policy.letsMembersDecide(of: leads, rules) && !policy.letsMembersDecide(of: all, rules))
    }

    /// Returns the warnings of a start, up to the end of the first health check.
    private func warnings(_ rig: Rig, isPrivate: Bool) async throws -> [String] {
        try setKind(isPrivate ? .private : .open, rig)
        let (lines, feed) = AsyncStream.makeStream(of: String.self)
        var environment = Rig.makeEnvironment(rig.environment.teleport, rig.chat, rig.environment.circuits)
        environment.logger = Logger(label: "test") { _ in Warnings(feed: feed) }
        let clock = TestClock(.lastUntilWoken) { _ in feed.finish() }
        let check = HealthCheck(Live(environment.posts), breaker: environment.circuits.chat, health: Health(), clock: clock)
        return await withTaskGroup(of: Void.self, returning: [String].self) { group in
            group.addTask { try? await check.run() }
            let warnings = await lines.reduce(into: []) { $0.append($1) }
            group.cancelAll()
            return warnings
        }
    }

    @Test("The plugin warns of a public recipient at its start")
    func start() async throws {
        try await Rig.with { rig in
            let open = try await warnings(rig, isPrivate: false)
            #expect(open == ["acme/access-requests \(OpenChannel.recipient.message)"])
            let closed = try await warnings(rig, isPrivate: true)
            #expect(closed == [])
        }
    }
}

private struct Warnings: LogHandler {
    let feed: AsyncStream<String>.Continuation
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.warning

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { feed.yield("\(event.message)") }
}
