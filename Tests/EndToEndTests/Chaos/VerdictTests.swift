import Sandbox
import TestSupport
import Testing

@Suite("The problems that a chaos run finds", .timeLimit(.minutes(1)))
struct VerdictTests {
    private static func with(_ body: @Sendable (ChaosRun) async throws -> Void) async throws {
        try await Stage.with { stage in
            let excuses = Excuses()
            let run = ChaosRun(
                plan: ChaosPlan(replicas: 0), stage: stage, replicas: Replicas([], excuses: excuses),
                authRelay: Relay(port: 0) { nil }, chatRelay: Relay(port: 0) { nil }, excuses: excuses)
            try await body(run)
        }
    }

    @Test("A missing post, a second post, and a post that shows a wrong state are found")
    func posts() async throws {
        try await Self.with { run in
            let id = run.stage.auth.createRequest(user: "user", roles: ["editor"])
            run.ledger.created(id, "created")
            #expect(try run.problems() == ["no post"])
            try run.post(about: id, "pending", "⏳ PENDING", buttons: 2)
            #expect(try run.problems() == [])
            try run.post(about: id, "pending", "⏳ PENDING", buttons: 2)
            #expect(try run.problems() == ["2 posts"])
        }
        try await Self.with { run in
            let id = run.stage.auth.createRequest(user: "user", roles: ["editor"])
            run.ledger.created(id, "created")
            try run.post(about: id, "approved", "✅ APPROVED by @bob", buttons: 0)
            #expect(try run.problems() == ["a post shows approved, not pending"])
            try run.stage.auth.resolve(id, .approved)
            #expect(try run.problems() == ["a post says wrongly that bob decided"])
            run.stage.auth.delete(id)
            let channel = try run.stage.mattermost.world.read { state throws(AppError) in state.channels[0].id }
            run.ledger.change(id) { ($0.wasDeletedByPerson, $0.deletedIn) = (true, channel) }
            #expect(try run.problems().first == "a post that a person deleted was made again")
        }
        try await Self.with { run in
            let id = run.stage.auth.createRequest(user: "user", roles: ["editor"])
            run.ledger.created(id, "created")
            try run.post(about: id, "pending", "⏳ PENDING", buttons: 1)
            #expect(try run.problems() == ["a post that shows pending has 1 buttons"])
            run.stage.auth.delete(id)
            #expect(try run.problems() == ["a post shows pending, not expired or expired"])
        }
    }

    @Test("A wrong answer, and a click without an answer are found")
    func words() async throws {
        try await Self.with { run in
            let id = run.stage.auth.createRequest(user: "user", roles: ["editor"])
            run.ledger.created(id, "created")
            try run.post(about: id, "pending", "⏳ PENDING", buttons: 2)
            run.clicked(id, .told("You approved the request."))
            #expect(try run.problems() == ["bob was told “You approved the request.”, which is not so"])
            run.clicked(id, .told(""))
            run.clicked(id, .unanswered(excuse: nil))
            run.clicked(id, .unanswered(excuse: "killed a replica"))
            #expect(try run.problems().dropFirst() == ["bob was told nothing", "bob's click was not answered"])
        }
    }
}

extension ChaosRun {
    fileprivate func problems() throws -> [String] { try Verdict(self).all().map(\.what) }

    fileprivate func clicked(_ id: String, _ result: Ledger.ClickOutcome.Result) {
        ledger.change(id) { $0.clicks.append(Ledger.ClickOutcome(person: "bob", button: "approve", result: result)) }
    }

    fileprivate func post(about id: String, _ state: String, _ status: String, buttons: Int) throws {
        let world = stage.mattermost.world
        guard let bot = try world.read({ $0.bot }) else { return }
        let channel = try world.read { state throws(AppError) in try state.channel(named: "access-requests").id }
        let button: JSON = ["id": "approve", "type": "button", "name": "Approve"]
        let field: JSON = ["title": "Status", "value": .string(status), "short": true]
        let attachment: JSON = ["fields": [field], "actions": .array(Array(repeating: button, count: buttons))]
        let props: JSON = [
            "teleport": ["request_id": .string(id), "state": .string(state)], "attachments": [attachment],
        ]
        let body: JSON = ["channel_id": .string(channel), "message": "", "props": props]
        try world.change { state, now throws(AppError) in _ = try state.createPost(body, by: bot, now: now) }
    }
}
