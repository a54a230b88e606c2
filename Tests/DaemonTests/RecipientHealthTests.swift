import Access
import CircuitBreakers
import Logging
import Mattermost
import PluginTestSupport
import Sandbox
import TestSupport
import Testing

@testable import Daemon
@testable import Posts

@Suite("The health of recipients", .timeLimit(.minutes(1)))
struct RecipientHealthTests {
    private struct Outcome {
        /// The problems, which make the plugin unready.
        var problems: [String]
        var notes: [String]
        /// The warnings about public channels.
        var open: [String]
    }

    /// Makes one check with these recipients and with those of one rule.
    private func check(_ rules: RecipientRules, ofRule named: [String], _ rig: Rig) async -> Outcome {
        let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        rig.auth.setRule(AuthRule("a", condition: "true", recipients: named))
        let keeper = RuleKeeper(rig.ruleService, zone: { _ in nil }, health: Health(), logger: silent)
        _ = await keeper.refresh()
        var environment = Rig.makeEnvironment(
            rig.environment.teleport, rig.chat, rig.environment.circuits, rules: rules, monitoring: keeper)
        let (lines, feed) = AsyncStream.makeStream(of: String.self)
        environment.logger = Logger(label: "test") { _ in Warnings(feed: feed) }
        let health = Health()
        let clock = TestClock(.lastUntilWoken) { _ in feed.finish() }
        let check = HealthCheck(Live(environment.posts), breaker: environment.circuits.chat, health: health, clock: clock)
        let warnings = await withTaskGroup(of: Void.self, returning: [String].self) { group in
            group.addTask { try? await check.run() }
            let warnings = await lines.reduce(into: []) { $0.append($1) }
            group.cancelAll()
            return warnings
        }
        return Outcome(
            problems: health.reasons.filter { $0.part == .recipients }.map(\.problem.message),
            notes: health.notes.map(\.note.message), open: warnings.filter { $0.contains(OpenChannel.recipient.words) })
    }

    private func with(_ body: (Rig) async throws -> Void) async throws {
        try await Rig.with(permissions: AuthPermission.plugin.union(AuthPermission.rules)) {
            $0.version = "18.0.0"
        } _: { rig in
            try rig.mattermost.world.change { state, _ in state.channels[0].kind = .open }
            try await body(rig)
        }
    }

    private func channel(_ name: String) -> Recipient { .channel(ChannelName(team: "acme", channel: name)) }

    @Test("One that only a rule names, and that does not exist, is a note and no reason for being unready")
    func ruleTypo() async throws {
        try await with { rig in
            for recipients in [[], [channel("access-requests")]] {
                let found = await check(RecipientRules(always: recipients), ofRule: ["acme/oncal", "nonsense"], rig)
                #expect(found.problems == [])
                #expect(found.notes.count == 1 && found.notes[0].contains("1 more recipient"), "\(found.notes)")
                #expect(found.notes.contains { $0.contains("acme/oncal") || $0.contains("nonsense") })
            }
        }
    }

    @Test("The configured ones stay reasons if none of them is well, beside the note on a rule's")
    func configured() async throws {
        try await with { rig in
            let found = await check(RecipientRules(always: [channel("nowhere")]), ofRule: ["acme/oncal"], rig)
            #expect(found.problems.count == 1 && found.problems[0].contains("acme/nowhere"), "\(found.problems)")
            #expect(found.notes.count == 1 && found.notes[0].contains("acme/oncal"), "\(found.notes)")
            // The same recipient in both is the configuration's.
            let same = await check(RecipientRules(always: [channel("oncal")]), ofRule: ["acme/oncal"], rig)
            #expect(same.problems.count == 1 && same.notes == [])
        }
    }

    @Test("A public channel is warned of even while another recipient cannot be told")
    func openBesideIll() async throws {
        try await with { rig in
            let rules = RecipientRules(always: [channel("access-requests"), channel("nowhere")])
            let found = await check(rules, ofRule: [], rig)
            #expect(found.open == ["acme/access-requests \(OpenChannel.recipient.message)"])
        }
    }

    @Test("The recipients of a reminder's step are looked up and warned of before the step is due")
    func steps() async throws {
        try await with { rig in
            var rules = RecipientRules(always: [.person("bob@example.com")])
            let told = [channel("access-requests"), channel("on-cal")]
            rules.escalations = [ReminderStep(.after(.seconds(900)), recipients: told)]
            let found = await check(rules, ofRule: [], rig)
            #expect(found.notes.count == 1 && found.notes[0].contains("acme/on-cal"), "\(found.notes)")
            #expect(found.open == ["acme/access-requests \(OpenChannel.recipient.message)"])
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
