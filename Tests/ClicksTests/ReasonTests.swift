import Access
import ActionCrypto
import Mattermost
import PluginTestSupport
import Sandbox
import Synchronization
import Testing
import TriggerSigning

@testable import Clicks

@Suite("A reason, asked for in a dialog", .timeLimit(.minutes(1)))
struct ReasonTests {
    private func environment(_ rig: Rig, _ ask: AskReason, confirm: Confirm = .never) throws -> Environment {
        let signer = try ActionSigner(secret: Secret([UInt8]("a secret of the tests alone".utf8)))
        var environment = rig.environment
        environment.dialogs = DialogMaker(
            ask: ask, confirm: confirm, url: "https://localhost:1/mattermost_dialog", seal: { try signer.seal($0) })
        return environment
    }

    /// Makes a click with a trigger id that the server issued, and returns the answer.
    private func click(_ rig: Rig, _ decision: Decision, _ id: RequestID, _ environment: Environment) async throws
        -> ClickAnswer
    {
        let click = try rig.click(decision, on: id)
        let trigger = try rig.mattermost.signer.triggerID(
            clientID: "fi1rjwgkwtn6jpnnsgbgubh8po", userID: click.userID, at: rig.mattermost.world.now)
        try rig.mattermost.world.change { state, _ in state.issued(trigger) }
        return await Approvals(context: environment.clicks, tell: { _, _ in })
            .answer(click, ClickProgress(), triggerID: Secret(trigger))
    }

    @Test("A click that opens a dialog decides nothing; a click that opens none decides", arguments: AskReason.allCases)
    func asked(_ ask: AskReason) async throws {
        try await Rig.with { rig in
            let environment = try environment(rig, ask)
            for decision in Decision.allCases {
                let id = try rig.request()
                let answer = try await click(rig, decision, id, environment)
                #expect(answer.isDecided != ask.asks(decision))
                #expect(answer.text.isEmpty == ask.asks(decision))
            }
            let expected = [Decision.approve, .deny].filter(ask.asks)
            let dialogs = try rig.mattermost.world.read { $0.dialogs }
            #expect(Set(dialogs.compactMap { $0.dialog["callback_id"]?.text }) == Set(expected.map(\.rawValue)))
            #expect(dialogs.allSatisfy { $0.dialog["introduction_text"]?.text == "`dave` asks for `editor`." })
            #expect(rig.auth.auditLog.count == 2 - expected.count)
        }
    }

    @Test("A person who may not decide is told at once, without a dialog; a dialog that cannot be opened decides nothing")
    func refused() async throws {
        try await Rig.with { rig in
            var environment = try environment(rig, .always)
            rig.mattermost.faults.inject(.internalError, path: "/api/v4/actions/dialogs/open", times: 1)
            #expect(try await click(rig, .deny, try rig.request(), environment).text == ClickWords.noDialog)
            environment.policy.approvers = [.username("carol")]
            #expect(try await click(rig, .deny, try rig.request(), environment).text.contains("@carol"))
            #expect(try rig.mattermost.world.read { $0.dialogs }.isEmpty)
            #expect(rig.auth.auditLog.isEmpty)
        }
    }

    private func submission(
        _ rig: Rig, _ id: RequestID, _ reason: String, age: Int64 = 0, decision: Decision = .deny
    ) throws -> DialogSubmission {
        let click = try rig.click(decision, on: id)
        let ticket = DialogTicket(
            requestID: id, decision: decision, userID: click.userID, channelID: click.post.channelID, postID: click.post.postID,
            cluster: "sandbox.example", issued: Timestamp(milliseconds: Timestamp.now.milliseconds - age), trigger: nil)
        return DialogSubmission(ticket: ticket, reason: reason, remoteAddress: "192.0.2.7")
    }

    @Test("What was written goes to Teleport and into the card; what is missing or too long comes back to its field")
    func submitted() async throws {
        try await Rig.with { rig in
            let environment = try environment(rig, .onDeny)
            let service = ClickService(environment.clicks, proofs: nil, tell: { _, _ in })
            let id = try rig.request()
            try await rig.reconcile(id)
            for blank in [" \n", "\u{3000}\u{200B}", "\u{2800}", "\u{3164}"] {
                let answer = await service.answer(try submission(rig, id, blank))
                #expect(answer == .wrongReason(ClickWords.reasonMissing))
            }
            let long = String(repeating: "x", count: 1001)
            #expect(
                await service.answer(try submission(rig, id, long)) == .wrongReason(ClickWords.reasonTooLong))
            let old = await service.answer(try submission(rig, id, "why", age: 600_001))
            #expect(old == .refused(ClickWords.dialogTooOld))
            #expect(rig.auth.auditLog.isEmpty)
            #expect(await service.answer(try submission(rig, id, " not `now` @all ")) == .accepted)
            #expect(rig.auth.auditLog.map(\.reason) == ["not `now` @all"])
            try await rig.reconcile(id)
            let fields = try rig.posts(about: id).first?.props["attachments"]?.elements?.first?["fields"]?.elements ?? []
            #expect(fields.last?["value"]?.text == "`not ’now’ @all`")
            guard case .refused(let words) = await service.answer(try submission(rig, id, "again")) else {
                Issue.record("a second submission was accepted")
                return
            }
            #expect(words.contains("already denied"))
            let approval = try submission(rig, id, "why", decision: .approve)
            #expect(await service.answer(approval) == .refused(ClickWords.reasonNotAsked))
        }
    }

    @Test("The first valid reason binds a dialog's state: nobody who sees it can submit another one, or try without end")
    func bound() throws {
        let elapsed = Mutex(Duration.zero)
        let memory = SeenSubmissions(limit: 2, elapsed: { elapsed.withLock { $0 } })
        func enter(_ issued: Int64, _ reason: String) throws -> SeenSubmissions.Entry {
            let id = try #require(RequestID("305dc2e2-6700-485c-a62a-74712b40900e"))
            let ticket = DialogTicket(
                requestID: id, decision: .deny, userID: "u", channelID: "c", postID: "p", cluster: "x",
                issued: Timestamp(milliseconds: issued), trigger: nil)
            return memory.enter(ticket, reason: reason)
        }
        #expect(try enter(1, "mine") == .taken)
        for _ in 1..<SeenSubmissions.tries { #expect(try enter(1, "mine") == .repeated) }
        #expect(try enter(1, "mine") == .refused)
        #expect(try enter(1, "another") == .changed)
        #expect(try enter(2, "another") == .taken)
        #expect(try enter(3, "full") == .refused)
        elapsed.withLock { $0 += SeenSubmissions.keep + .seconds(1) }
        #expect(try enter(3, "full") == .taken)
        #expect(SeenSubmissions.keep > DialogMaker.lifetime)
    }

    @Test("Nobody takes the places of the others' dialogs, and a proof's first reason binds every state made with it")
    func boundToProof() throws {
        let memory = SeenSubmissions(elapsed: { .zero })
        let rig = try ProofRig()
        let id = try #require(RequestID("305dc2e2-6700-485c-a62a-74712b40900e"))
        func ticket(_ issued: Int64, of user: String = "u") -> DialogTicket {
            DialogTicket(
                requestID: id, decision: .deny, userID: user, channelID: "c", postID: "p", cluster: "x",
                issued: Timestamp(milliseconds: issued), trigger: nil)
        }
        let proof = try #require(try rig.trigger().proof(under: ClickerKey(rig.server.publicKey)))
        #expect(memory.enter(ticket(1), reason: "mine", proof: proof) == .taken)
        #expect(memory.enter(ticket(2), reason: "another", proof: proof) == .changed)
        #expect(memory.enter(ticket(3), reason: "mine", proof: proof) == .repeated)
        for number in 1..<SeenSubmissions.perPerson { #expect(memory.enter(ticket(Int64(number)), reason: "") == .taken) }
        #expect(memory.enter(ticket(9999), reason: "") == .refused)
        #expect(memory.enter(ticket(9999, of: "v"), reason: "") == .taken)
    }

    @Test("A click that asks for confirmation decides nothing, and the dialog decides", arguments: Confirm.allCases)
    func confirmed(_ confirm: Confirm) async throws {
        try await Rig.with { rig in
            let environment = try environment(rig, .never, confirm: confirm)
            let service = ClickService(environment.clicks, proofs: nil, tell: { _, _ in })
            for decision in Decision.allCases {
                let id = try rig.request()
                let decided = rig.auth.auditLog.count
                let answer = try await click(rig, decision, id, environment)
                #expect(answer.isDecided != confirm.asks(decision))
                guard confirm.asks(decision) else { continue }
                #expect(rig.auth.auditLog.count == decided)
                let dialog = try #require(try rig.mattermost.world.read { $0.dialogs }.last?.dialog)
                #expect((dialog["elements"]?.elements ?? []).isEmpty)
                #expect(
                    dialog["introduction_text"]?.text
                        == (decision == .approve ? "Approve `editor` for `dave`?" : "Deny `editor` to `dave`?"))
                #expect(await service.answer(try submission(rig, id, "made up", decision: decision)) == .accepted)
                #expect(rig.auth.auditLog.count == decided + 1)
                #expect(rig.auth.auditLog.last?.reason == "")
            }
        }
    }

    @Test("A state that is submitted again and again is one line of the audit, and one that is too old is only counted")
    func audited() async throws {
        try await Rig.with { rig in
            let file = AuditLines()
            var environment = try environment(rig, .always)
            environment.policy.approvers = [.username("carol")]
            environment.audit = AuditLog(logger: environment.logger, file: file.write)
            let service = ClickService(environment.clicks, proofs: nil, tell: { _, _ in })
            let once = try submission(rig, try rig.request(), "why")
            for _ in 0..<50 { _ = await service.answer(once) }
            let old = try submission(rig, try rig.request(), "why", age: 600_001)
            for _ in 0..<50 { #expect(await service.answer(old) == .refused(ClickWords.dialogTooOld)) }
            environment.audit.writeCounts(at: .now, isLast: true)
            let lines = try file.lines()
            #expect(lines.map { $0["why"] } == ["not_approver", "more"])
            #expect(lines.last?["count"] == "99")
        }
    }

    @Test("Answers have the form that Mattermost reads")
    func answers() {
        #expect(String(decoding: DialogAnswer.accepted.json, as: UTF8.self) == "{}")
        #expect(String(decoding: DialogAnswer.wrongReason("w").json, as: UTF8.self) == #"{"errors":{"reason":"w"}}"#)
        #expect(String(decoding: DialogAnswer.refused("w").json, as: UTF8.self) == #"{"error":"w"}"#)
    }
}
