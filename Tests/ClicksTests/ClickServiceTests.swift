import Access
import ActionCrypto
import PluginTestSupport
import Sandbox
import TestSupport
import Testing

@testable import Clicks

@Suite("The time limit of a click's answer", .timeLimit(.minutes(1)))
struct ClickServiceTests {
    private func service(_ rig: Rig, clock: any Clock<Duration>) -> ClickService {
        ClickService(rig.environment.clicks, proofs: nil, clock: clock, tell: { _, _ in })
    }

    /// Returns a click whose context has a valid signature.
    private func click(_ decision: Decision, on id: RequestID, _ rig: Rig) throws -> VerifiedClick {
        let click = try rig.click(decision, on: id)
        let signer = try ActionSigner(secret: Secret(Array("a secret of the tests alone".utf8)))
        let context = try signer.sign(
            decision, requestID: id, cluster: "sandbox.example", channelID: click.post.channelID, recipient: "r",
            issued: .now, expires: Timestamp.now.advanced(by: .seconds(60)))
        return VerifiedClick(
            action: try signer.verify(context, cluster: "sandbox.example", at: .now).get(), userID: click.userID,
            userName: "bob", channelID: click.post.channelID, postID: click.post.postID, teamID: nil,
            triggerID: Secret(""), remoteAddress: "192.0.2.1")
    }

    @Test("If Teleport does not answer in time, nothing is decided, neither then nor later")
    func silentTeleport() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            let click = try click(.approve, on: id, rig)
            rig.auth.faults.isStalled = true
            var replies: [ClickReply<ClickAnswer>] = []
            await service(rig, clock: TestClock(.endAtOnce)).answer(click) { reply in
                replies.append(reply)
                rig.auth.faults.isStalled = false
            }
            #expect(replies == [.answer(ClickAnswer(ClickWords.tooLate))])
            #expect(rig.auth.auditLog.isEmpty)
            #expect(rig.data(of: id)["decision"] == nil)
        }
    }

    @Test("A click in time gets its own answer")
    func inTime() async throws {
        try await Rig.with { rig in
            let click = try click(.deny, on: try rig.request(), rig)
            var words = ""
            await service(rig, clock: TestClock(.lastUntilWoken)).answer(click) { reply in
                if case .answer(let answer) = reply { words = answer.text }
            }
            #expect(words.hasPrefix("You denied"))
        }
    }
}
