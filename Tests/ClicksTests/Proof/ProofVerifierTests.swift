import Access
import ActionCrypto
import Logging
import Sandbox
import Synchronization
import Testing
import TriggerSigning

@testable import Clicks

@Suite("A click's proof", .timeLimit(.minutes(1)))
struct ProofVerifierTests {
    private let rig: ProofRig

    init() throws { rig = try ProofRig() }

    /// The decision for clicks that must not be decided. It fails the test when it is called.
    private func undecided() async -> ClickAnswer {
        Issue.record("a click without a good proof was decided")
        return ClickAnswer("")
    }

    private func undecided(_: ClickerProof) async -> DialogAnswer {
        Issue.record("a submission without a good proof was decided")
        return .refused("")
    }

    private func text(_ reply: ClickReply<ClickAnswer>) -> String { text(reply.map(\.text)) }

    private func text(_ reply: ClickReply<DialogAnswer>) -> String { text(reply.map { "\($0)" }) }

    private func text(_ reply: ClickReply<String>) -> String {
        switch reply {
        case .answer(let words), .counted(let words), .refused(let words?, _, _): words
        case .refused(nil, let reason, _): "forbidden: \(reason)"
        }
    }

    @Test("A click with Mattermost's own proof is decided")
    func proven() async throws {
        try await rig.withVerifier { verifier in
            let reply = await verifier.answer(try rig.click(rig.triggerText())) { ClickAnswer("1, 2, 3") }
            #expect(reply == .answer(ClickAnswer("1, 2, 3")))
        }
    }

    @Test("Another server's proof is forbidden")
    func otherServer() async throws {
        try await rig.withVerifier { verifier in
            let trigger = try rig.triggerText(by: TriggerSigner())
            let reply = await verifier.answer(try rig.click(trigger), undecided)
            #expect(text(reply).hasPrefix("forbidden: "))
        }
    }

    @Test("A click without a proof is forbidden", arguments: ["", "x", "pfqpft3m9brjiq9aw846pwu8jc"])
    func none(trigger: String) async throws {
        try await rig.withVerifier { verifier in
            let reply = await verifier.answer(try rig.click(trigger), undecided)
            #expect(text(reply).hasPrefix("forbidden: "))
        }
    }

    @Test("One person's proof is none for another")
    func otherUser() async throws {
        try await rig.withVerifier { verifier in
            let trigger = try rig.triggerText(of: ProofRig.mallory)
            let reply = await verifier.answer(try rig.click(trigger, by: ProofRig.alice), undecided)
            #expect(text(reply) == "forbidden: the proof is of another user, \(ProofRig.mallory)")
            guard case .refused(_, _, let metadata) = reply else { return }
            #expect(metadata["claimed_user_id"] == "\(ProofRig.alice)" && metadata["user_id"] == nil)
        }
    }

    @Test(
        "A proof that is more than two minutes old, or from the future, gets words and decides nothing",
        arguments: [
            (121, false), (120, true), (0, true), (-120, true), (-121, false), (86400, false), (-86400, false),
        ])
    func late(age: Int, isGood: Bool) async throws {
        try await rig.withVerifier { verifier in
            let click = try rig.click(rig.triggerText(age: .seconds(age)))
            let decided = Mutex(false)
            let reply = await verifier.answer(click) {
                decided.withLock { $0 = true }
                return ClickAnswer("")
            }
            #expect(decided.withLock { $0 } == isGood)
            if !isGood { #expect(text(reply).contains("Nothing was decided")) }
        }
    }

    @Test("A click that comes again gets the first one's answer, and decides nothing")
    func repeated() async throws {
        try await rig.withVerifier { verifier in
            let click = try rig.click(rig.triggerText())
            let first = await verifier.answer(click) { ClickAnswer("7") }
            for _ in 0..<3 { #expect(await verifier.answer(click, undecided) == first) }
        }
    }

    @Test("A click that comes again while the first is being decided waits for the same answer")
    func repeatedMeanwhile() async throws {
        try await rig.withVerifier { verifier in
            let click = try rig.click(rig.triggerText())
            let (begun, gate) = (Once<Void>(), Once<Void>())
            await withTaskGroup(of: ClickReply<ClickAnswer>.self) { group in
                group.addTask {
                    await verifier.answer(click) {
                        begun.give(())
                        _ = await gate.value()
                        return ClickAnswer("9")
                    }
                }
                _ = await begun.value()
                for _ in 0..<4 { group.addTask { await verifier.answer(click, undecided) } }
                gate.give(())
                for await reply in group { #expect(reply == .answer(ClickAnswer("9"))) }
            }
        }
    }

    @Test("The proof of one click is none for another button, post or request", arguments: 0..<3)
    func stolen(which: Int) async throws {
        try await rig.withVerifier { verifier in
            let trigger = try rig.triggerText()
            _ = await verifier.answer(try rig.click(trigger)) { ClickAnswer("") }
            let other =
                switch which {
                case 0: try rig.click(trigger, decision: .deny)
                case 1: try rig.click(trigger, on: "wbh6ytrjrbg6id39bsbiji8cpa")
                default: try rig.click(trigger, of: "405dc2e2-6700-485c-a62a-74712b40900e")
                }
            #expect(text(await verifier.answer(other, undecided)) == "forbidden: its proof was used for another click before")
        }
    }

    @Test("A proof from before the start of this process, which cannot know whether it was used, decides nothing")
    func beforeStart() async throws {
        try await rig.withVerifier { verifier in
            rig.age.withLock { $0 = .seconds(60) }
            let old = text(await verifier.answer(try rig.click(rig.triggerText(age: .seconds(63))), undecided))
            #expect(old.contains("started anew"))
            let fresh = await verifier.answer(try rig.click(rig.triggerText(age: .seconds(61)))) { ClickAnswer("5") }
            #expect(fresh == .answer(ClickAnswer("5")))
        }
    }

    @Test("A person whose clicks are all being decided waits for them; others do not")
    func busyPerson() async throws {
        try await rig.withVerifier { verifier in
            let gate = Once<Void>()
            let begun = (0..<8).map { _ in Once<Void>() }
            await withTaskGroup(of: Void.self) { group in
                let clicks = (0..<8).compactMap { number in
                    try? rig.click(rig.triggerText(id: "pfqpft3m9brjiq9aw846pwu8a\(number)"))
                }
                for (click, begun) in zip(clicks, begun) {
                    group.addTask {
                        _ = await verifier.answer(click) {
                            begun.give(())
                            _ = await gate.value()
                            return ClickAnswer("")
                        }
                    }
                }
                for begun in begun { _ = await begun.value() }
                let more = try? rig.click(rig.triggerText(id: "pfqpft3m9brjiq9aw846pwu8b0"))
                if let more { #expect(text(await verifier.answer(more, undecided)).contains("Several of your clicks")) }
                let other = try? rig.click(rig.triggerText(of: ProofRig.mallory), by: ProofRig.mallory)
                if let other { #expect(await verifier.answer(other) { ClickAnswer("4") } == .answer(ClickAnswer("4"))) }
                gate.give(())
            }
        }
    }

    private func submission(
        _ trigger: String?, of user: String = ProofRig.alice, age: Duration = .zero,
        on request: String = "305dc2e2-6700-485c-a62a-74712b40900e", decision: Decision = .deny, post: String = "p"
    ) throws -> DialogSubmission {
        let id = try #require(RequestID(request))
        let ticket = DialogTicket(
            requestID: id, decision: decision, userID: user, channelID: ProofRig.channel, postID: post, cluster: "x",
            issued: ProofRig.now.advanced(by: .zero - age), trigger: trigger.map { Secret($0) })
        return DialogSubmission(ticket: ticket, reason: "why", remoteAddress: "192.0.2.1")
    }

    @Test("A dialog's state counts only with the proof of the click that opened it, whoever knows the signing secret")
    func dialogs() async throws {
        try await rig.withVerifier { verifier in
            let good = try submission(rig.triggerText(age: .seconds(500)), age: .seconds(499))
            #expect(await verifier.answer(good) { _ in .refused("6") } == .answer(.refused("6")))
            for wrong in [
                try submission(nil), try submission("x"), try submission(rig.triggerText(by: TriggerSigner())),
                try submission(rig.triggerText(), of: ProofRig.mallory),
                try submission(rig.triggerText(age: .seconds(121))),
            ] {
                #expect(text(await verifier.answer(wrong) { await undecided($0) }).hasPrefix("forbidden: "))
            }
        }
    }

    @Test("A dialog's proof counts for one request, decision and post, whoever knows the signing secret")
    func dialogOnce() async throws {
        try await rig.withVerifier { verifier in
            let trigger = try rig.triggerText()
            #expect(await verifier.answer(try submission(trigger)) { _ in .refused("6") } == .answer(.refused("6")))
            #expect(
                await verifier.answer(try submission(trigger)) { _ in .refused("7") } == .answer(.refused("7")),
                "the same dialog once more")
            for other in [
                try submission(trigger, on: "405dc2e2-6700-485c-a62a-74712b40900e"),
                try submission(trigger, decision: .approve),
                try submission(trigger, post: "q"),
            ] {
                let reply = text(await verifier.answer(other) { await undecided($0) })
                #expect(reply == "forbidden: the proof in a dialog's state was used for another click before")
            }
            let click = try rig.click(trigger)
            #expect(text(await verifier.answer(click, undecided)) == "forbidden: its proof was used for another click before")
        }
    }

    @Test("A click's proof is none for a dialog about another request")
    func clickThenDialog() async throws {
        try await rig.withVerifier { verifier in
            let trigger = try rig.triggerText()
            _ = await verifier.answer(try rig.click(trigger, decision: .deny, on: "p")) { ClickAnswer("") }
            #expect(await verifier.answer(try submission(trigger)) { _ in .refused("6") } == .answer(.refused("6")))
            let other = try submission(trigger, on: "405dc2e2-6700-485c-a62a-74712b40900e")
            #expect(text(await verifier.answer(other) { await undecided($0) }).hasPrefix("forbidden: "))
        }
    }

    @Test("A dialog's proof from before the start or more than ten minutes old is refused and counted, whatever its state says")
    func dialogAge() async throws {
        try await rig.withVerifier { verifier in
            let old = try submission(rig.triggerText(age: .seconds(660)), age: .seconds(599))
            #expect(
                await verifier.answer(old) { await undecided($0) }
                    == .counted(words: .refused(ClickWords.dialogTooOld)))
            rig.age.withLock { $0 = .seconds(60) }
            let before = try submission(rig.triggerText(age: .seconds(63)), age: .seconds(63))
            let words = DialogAnswer.refused(ClickWords.dialogBeforeStart)
            #expect(await verifier.answer(before) { await undecided($0) } == .counted(words: words))
        }
    }

    @Test("While no key is known, the person gets an explanation and nothing is decided")
    func unknown() async throws {
        let keys = rig.keys()
        rig.isAway.withLock { $0 = true }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await keys.run() }
            let click = try? rig.click(rig.triggerText())
            if let click { #expect(text(await rig.verifier(keys).answer(click, undecided)).contains("nothing was decided")) }
            group.cancelAll()
        }
    }
}
