import Access
import Mattermost
import PluginTestSupport
import Sandbox
import Synchronization
import Testing

@testable import Clicks
@testable import Posts

@Suite("Telling further recipients of requests that nobody has decided", .timeLimit(.minutes(1)))
struct EscalationTests {
    private static let onCall = "fi1rjwgkwtn6jpnnsgbgubh8pz"

    /// Adds the channel `on-call` with these members besides the bot.
    private func addChannel(_ members: [String], to rig: Rig) throws {
        try rig.mattermost.world.change { state, _ throws(AppError) in
            var channel = state.channels[0]
            (channel.id, channel.name, channel.displayName) = (Self.onCall, "on-call", "On call")
            var ids: Set<String> = []
            for name in members + [ChatState.botName] { ids.insert(try state.account(named: name).id) }
            channel.members = ids
            state.channels.append(channel)
        }
    }

    /// Returns a replica with these steps, at a later time.
    private func environment(
        _ rig: Rig, _ steps: [ReminderStep]? = nil, later: Duration = .zero, roles: [String: [Recipient]] = [:],
        teleport: (any AccessService)? = nil
    ) -> Environment {
        let channel = Recipient.channel(ChannelName(team: "acme", channel: "on-call"))
        let steps = steps ?? [ReminderStep(.after(.seconds(900)), recipients: [channel])]
        var rules = roles.isEmpty ? Rig.onlyRecipient : RecipientRules(always: [], roles: roles)
        rules.escalations = steps.filter { !$0.isReply }
        var environment = Rig.makeEnvironment(
            teleport ?? rig.environment.teleport, rig.environment.chat, rig.environment.circuits, rules: rules)
        environment.reminders = steps
        environment.now = { Timestamp.now.advanced(by: later) }
        return environment
    }

    private func channels(_ id: RequestID, _ rig: Rig) throws -> [String] { try rig.posts(about: id).map(\.channelID).sorted() }

    private func replies(_ rig: Rig) throws -> [ChatPost] {
        try rig.mattermost.world.read { $0.posts }.filter { !$0.rootID.isEmpty }
    }

    @Test("They are not told of a request that another replica showed as decided while a slow one was about to")
    func decidedMeanwhile() async throws {
        try await Rig.with { rig in
            try addChannel(["carol"], to: rig)
            let id = try rig.request()
            try await rig.reconcile(id, as: environment(rig))
            let other = rig.replica
            let isDecided = Mutex(false)
            let teleport = ObservedTeleport(rig.environment.teleport) { _ in
                let wasDecided = isDecided.withLock { isDecided in
                    defer { isDecided = true }
                    return isDecided
                }
                guard !wasDecided else { return }
                try? rig.auth.resolve(id.rawValue, .approved)
                _ = try? await rig.reconcile(id, as: other)
            }
            _ = try await rig.reconcile(id, as: environment(rig, later: .seconds(1000), teleport: teleport))
            #expect(rig.data(of: id)["resolution"] == "APPROVED")
            #expect(try channels(id, rig) == [Rig.channel] && rig.state(ofOnlyPostAbout: id) == "approved")
        }
    }

    @Test("A post to them that nobody recorded is found although the request is decided by then")
    func lostPost() async throws {
        try await Rig.with { rig in
            try addChannel(["carol"], to: rig)
            let id = try rig.request()
            try await rig.reconcile(id, as: environment(rig, later: .seconds(1000)))
            #expect(try channels(id, rig).count == 2)
            let posts = PluginRecord(rig.data(of: id)).posts.filter { $0.channelID == Rig.channel }
            let since = "\(Timestamp.now.advanced(by: .seconds(-60)).milliseconds)"
            try rig.auth.setPluginData(
                id.rawValue, of: "mattermost", ["messages": PluginRecord.messages(posts), "claim_since": since])
            try rig.auth.resolve(id.rawValue, .denied)
            #expect(try await rig.reconcile(id, as: environment(rig)) == .settled)
            #expect(try rig.posts(about: id).allSatisfy { $0.props["teleport"]?["state"]?.text == "denied" })
        }
    }

    @Test("They get one post, with buttons, when the step is due, over restarts and replicas, and it follows the decision")
    func once() async throws {
        try await Rig.with { rig in
            try addChannel(["carol"], to: rig)
            let id = try rig.request()
            let early = try await rig.reconcile(id, as: environment(rig))
            guard case .later(let wait) = early else {
                Issue.record("not waiting: \(early)")
                return
            }
            #expect(wait > .seconds(890) && wait <= .seconds(900))
            #expect(try channels(id, rig) == [Rig.channel])
            for _ in 0..<3 {
                #expect(try await rig.reconcile(id, as: environment(rig, later: .seconds(901))) == .settled)
                #expect(try channels(id, rig) == [Rig.channel, Self.onCall].sorted())
            }
            let post = try #require(try rig.posts(about: id).first { $0.channelID == Self.onCall })
            #expect(post.props["attachments"]?.elements?.first?["actions"]?.elements?.count == 2)
            try rig.auth.resolve(id.rawValue, .approved)
            #expect(try await rig.reconcile(id) == .settled)
            #expect(try rig.posts(about: id).allSatisfy { $0.props["teleport"]?["state"]?.text == "approved" })
        }
    }

    @Test("A post that a dead replica made for a step, and did not record, expires when the request is removed")
    func unrecorded() async throws {
        try await Rig.with { rig in
            try addChannel(["carol"], to: rig)
            let id = try rig.request()
            let begun = Timestamp.now.milliseconds
            try await rig.reconcile(id, as: environment(rig))
            let subject = Subject(requestID: id, user: "dave", roles: ["editor"], reason: "")
            let botID = try await rig.environment.recipients.botID()
            let buttons = Decision.allCases.map { Card.Button($0, url: "https://x/", context: [:]) }
            _ = try await rig.chat.createPost(
                Card(subject, status: .pending, buttons: buttons, cluster: "sandbox.example"), in: Self.onCall,
                pendingPostID: "\(botID):dead")
            try rig.auth.setPluginData(
                id.rawValue, of: "mattermost", ["claim": "dead|\(begun + 15_000)", "claim_since": "\(begun)"])
            rig.auth.delete(id.rawValue)
            let late = environment(rig, later: .seconds(1000))
            late.evidence.saw(.deleted, of: id, at: .zero - GoneEvidence.confirmation)
            let time = Mutex(Duration.zero)
            let claims = ClaimAges(elapsed: { time.withLock { $0 } })
            var memory = RunMemory()
            for _ in 0..<3 {
                _ = try await rig.reconcile(id, as: late, &memory, claims: claims)
                time.withLock { $0 += PostPlan.claimLifetime }
            }
            let shown = try rig.posts(about: id).map { $0.props["teleport"]?["state"]?.text }
            #expect(shown == ["expired", "expired"])
        }
    }

    @Test("Nobody further is told of a request that is decided, or that was removed")
    func decided() async throws {
        try await Rig.with { rig in
            try addChannel(["carol"], to: rig)
            let (decided, removed) = (try rig.request(), try rig.request())
            for id in [decided, removed] { try await rig.reconcile(id, as: environment(rig)) }
            try rig.auth.resolve(decided.rawValue, .denied)
            rig.auth.delete(removed.rawValue)
            for id in [decided, removed] {
                _ = try await rig.reconcile(id, as: environment(rig, later: .seconds(901)))
                #expect(try channels(id, rig) == [Rig.channel])
            }
        }
    }

    @Test("After an outage the threads get one reply for all steps that were due, and none again")
    func overdue() async throws {
        try await Rig.with { rig in
            let steps = [
                ReminderStep(.after(.seconds(600))), ReminderStep(.after(.seconds(900))),
                ReminderStep(.beforeExpiry(.seconds(600))),
            ]
            let id = try rig.request()
            try await rig.reconcile(id, as: environment(rig, steps))
            for _ in 0..<2 { try await rig.reconcile(id, as: environment(rig, steps, later: .seconds(1000))) }
            #expect(try replies(rig).count == 1)
            #expect(rig.data(of: id)[PluginRecord.Key.reminderSteps] == "after-600,after-900")
            #expect(rig.data(of: id)[PluginRecord.Key.reminded] == nil)
            for _ in 0..<2 { try await rig.reconcile(id, as: environment(rig, steps, later: .seconds(3060))) }
            #expect(try replies(rig).count == 2)
            #expect(rig.data(of: id)[PluginRecord.Key.reminded] == "yes")
        }
    }

    @Test("Two replicas that find the step due at the same time make one post")
    func replicas() async throws {
        try await Rig.with { rig in
            try addChannel(["carol"], to: rig)
            let id = try rig.request()
            try await rig.reconcile(id, as: environment(rig))
            let late = (environment(rig, later: .seconds(901)), environment(rig, later: .seconds(901)))
            async let one = rig.reconcile(id, as: late.0)
            async let other = rig.reconcile(id, as: late.1)
            _ = try await (one, other)
            try await rig.reconcile(id, as: late.0)
            #expect(try channels(id, rig) == [Rig.channel, Self.onCall].sorted())
        }
    }

    @Test("A sweep finds that a step is due or will be, and one in the threads too")
    func sweep() async throws {
        try await Rig.with { rig in
            try addChannel(["carol"], to: rig)
            let id = try rig.request()
            try await rig.reconcile(id, as: environment(rig))
            let request = try #require(try await rig.environment.teleport.request(id))
            let record = PluginRecord(rig.data(of: id))
            func verdict(_ steps: [ReminderStep]?, later: Duration) async throws -> SweepPlan.Verdict {
                let environment = environment(rig, steps, later: later)
                let found = try await environment.recipients.wanted(for: request, record, at: environment.now())
                return SweepPlan(rendering: rig.environment.rendering, reminders: environment.reminders).verdict(
                    on: request, record, channels: Set(found.places.map(\.channelID)), now: environment.now())
            }
            #expect(try await verdict(nil, later: .seconds(901)) == .amiss)
            guard case .later(let wait) = try await verdict(nil, later: .zero) else {
                Issue.record("not later")
                return
            }
            #expect(wait > .seconds(880) && wait <= .seconds(900))
            #expect(try await verdict([ReminderStep(.after(.seconds(60)))], later: .seconds(61)) == .later(.zero))
        }
    }

    @Test("A person who is told because nobody has decided may decide all roles, and not before")
    func standing() async throws {
        try await Rig.with { rig in
            try addChannel(["carol"], to: rig)
            let roles = ["dev": [Rig.onlyRecipient.always[0]], "dba": [Recipient.person("bob@example.com")]]
            let id = try rig.request(roles: ["dev", "dba"])
            try await rig.reconcile(id, as: environment(rig, roles: roles))
            let click = try rig.click(.approve, on: id, as: "carol")
            let early = await rig.answer(click, as: environment(rig, roles: roles))
            #expect(!early.isDecided && early.text.hasPrefix("You are not among those who decide this"), "\(early.text)")
            let late = environment(rig, later: .seconds(901), roles: roles)
            #expect(await rig.answer(click, as: late).isDecided)
        }
    }
}
