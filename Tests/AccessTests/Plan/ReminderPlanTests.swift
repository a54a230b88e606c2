import Testing

@testable import Access

/// The times are seconds after the request was made. It lapses after an hour.
@Suite("The steps of the reminders")
struct ReminderPlanTests {
    private static let made = Timestamp(milliseconds: 1_795_212_453_332)
    private static let onCall = Recipient.person("oncall@example.com")
    private static let boss = Recipient.person("boss@example.com")

    private static let steps = [
        ReminderStep(.beforeExpiry(.seconds(600))), ReminderStep(.after(.seconds(900))),
        ReminderStep(.after(.seconds(900)), recipients: [onCall]),
        ReminderStep(.beforeExpiry(.seconds(300)), recipients: [boss, onCall]),
    ]

    private static func request(_ state: AccessRequest.State = .pending, life: Int64? = 3600) -> AccessRequest {
        AccessRequest(
            id: PlanWorld.id, user: "alice", roles: ["editor"], state: state, created: made,
            expires: life.map { made.advanced(by: .seconds($0)) })
    }

    struct Row: Sendable {
        var at: Int64
        var record: [String: String] = [:]
        var state = AccessRequest.State.pending
        var life: Int64? = 3600
        /// The replies that are due.
        var due: [String] = []
        var told: [Recipient] = []
        /// The time until the next step.
        var wait: Int64?
    }

    static let rows: [Row] = [
        Row(at: 0, wait: 900), Row(at: 899, wait: 1), Row(at: 900, due: ["after-900"], told: [onCall], wait: 2100),
        Row(at: 900, record: ["reminder_steps": "after-900"], told: [onCall], wait: 2100),
        // Several replies are due after an outage, and the last one stands for all.
        Row(at: 3000, due: ["after-900", "before-600"], told: [onCall], wait: 300),
        Row(at: 3400, record: ["reminder_steps": "after-900,before-600"], told: [onCall, boss]),
        // An older version recorded only that there was a reminder before the expiry.
        Row(at: 3000, record: ["reminded": "yes"], due: ["after-900"], told: [onCall], wait: 300),
        Row(at: 0, record: ["reminded": "yes"], wait: 900),
        Row(at: 3000, record: ["reminded": "yes", "reminder_steps": "after-900"], told: [onCall], wait: 300),
        Row(at: 3000, record: ["reminder_steps": "after-900,before-60"], due: ["before-600"], told: [onCall], wait: 300),
        Row(at: 3000, record: ["reminder_steps": ",,x=,\u{0}"], due: ["after-900", "before-600"], told: [onCall], wait: 300),
        // Nothing is due for a request that is decided or has lapsed.
        Row(at: 3400, state: .approved), Row(at: 3400, state: .denied), Row(at: 3400, state: .promoted), Row(at: 3600),
        Row(at: 4000),
        // A request that lives for a shorter time than a step needs never gets it.
        Row(at: 0, life: 600), Row(at: 599, life: 600, told: [boss, onCall]), Row(at: 0, life: 300), Row(at: 299, life: 300),
        // Without an end only the steps after the beginning can be due.
        Row(at: 0, life: nil, wait: 900), Row(at: 90_000, life: nil, due: ["after-900"], told: [onCall]),
    ]

    @Test("Each is due at its time, once, and only while the request can be decided", arguments: rows)
    func row(_ row: Row) {
        let (request, record) = (Self.request(row.state, life: row.life), PluginRecord(row.record))
        let now = Self.made.advanced(by: .seconds(row.at))
        #expect(ReminderPlan.dueReplies(Self.steps, request, record, now: now).map(\.name) == row.due)
        #expect(ReminderPlan.recipients(Self.steps, request, now: now) == row.told)
        let isEarly = row.life == 600 && row.at == 0
        #expect(
            ReminderPlan.wait(Self.steps, request, record, now: now)
                == (isEarly ? .seconds(300) : row.wait.map { .seconds($0) }))
    }

    @Test("What is recorded keeps older versions from reminding again")
    func recorded() {
        let record = PluginRecord(["reminder_steps": "after-900"])
        #expect(record.fields(reminding: [Self.steps[0]]) == ["reminder_steps": "after-900,before-600", "reminded": "yes"])
        #expect(PluginRecord([:]).fields(reminding: [Self.steps[1]]) == ["reminder_steps": "after-900"])
        #expect(record.fields(reminding: []).isEmpty)
        #expect(PluginRecord(record.fields(reminding: [Self.steps[0]])).isReminded(of: Self.steps[0]))
    }

    @Test("The plan makes one reply for all replies that are due, records them together, and rests until the next step")
    func plan() throws {
        var world = PlanWorld(request: .pending)
        world.request?.expires = PlanWorld.now.advanced(by: .seconds(3600))
        var situation = Situation(
            id: PlanWorld.id, replica: "me", cluster: PlanWorld.cluster, request: world.request,
            record: PluginRecord(["messages": "channel1/post1", "rendered": PlanWorld.rendering.description]), targets: [],
            rendering: PlanWorld.rendering)
        situation.reminders = Self.steps
        let post = PostReference(channelID: "channel1", postID: "post1")
        let late = PlanWorld.now.advanced(by: .seconds(3000))
        #expect(PostPlan.next(for: situation, now: late) == .claim(replacing: ""))
        situation.ownClaim = Claim(replica: "me", until: late)
        #expect(PostPlan.next(for: situation, now: late) == .readThread(post))
        situation.threads[post] = .init()
        #expect(PostPlan.next(for: situation, now: late) == .reply(.reminder(Self.steps[0]), to: post))
        situation.threads[post]?.names.insert("reminder-before-600")
        #expect(
            PostPlan.next(for: situation, now: late)
                == .recordThreads([.init(post: post, count: 0)], reminded: [Self.steps[1], Self.steps[0]]))
        situation.ownClaim = nil
        situation.record = PluginRecord(
            situation.record.fields.merging(situation.record.fields(reminding: [Self.steps[1], Self.steps[0]])) { $1 })
        #expect(PostPlan.next(for: situation, now: late) == .rest(.seconds(300)))
    }
}
