import Access
import ActionCrypto
import CallbackServer
import Mattermost

extension ClickDesk {
    /// Decides on what a dialog brought back, as a click of who opened it.
    /// - Parameter isProven: whether the proof of that click was looked at again.
    func answer(_ submission: DialogSubmission, isProven: Bool) async -> DialogAnswer {
        let ticket = submission.ticket
        let reason = InertText.trimmed(submission.reason)
        guard reason.count <= ReasonDialog.limit, reason.utf8.count <= 4 * ReasonDialog.limit else {
            return .wrongReason(ClickWords.reasonTooLong)
        }
        guard !reason.isEmpty || reasons.ask.isOptional || !reasons.ask.asks(ticket.decision) else {
            return .wrongReason(ClickWords.reasonMissing)
        }
        let click = Click(
            requestID: ticket.requestID, decision: ticket.decision, cluster: ticket.cluster, userID: ticket.userID,
            post: PostReference(channelID: ticket.channelID, postID: ticket.postID), isProven: isProven,
            remote: submission.remoteAddress, reason: reason)
        guard reasons.ask.asks(ticket.decision) else { return refuse(click, .dialogNotAsked, ClickWords.reasonNotAsked) }
        let age = now().since(ticket.issued)
        guard (.zero - ProofDesk.window..<Reasons.lifetime).contains(age) else {
            return refuse(click, .dialogTooOld, ClickWords.dialogTooOld)
        }
        switch submissions.enter(ticket, reason: reason) {
        case .taken: break
        case .changed: return refuse(click, .dialogUsed, ClickWords.reasonChanged)
        case .refused: return refuse(click, .dialogUsed, ClickWords.reasonRepeated)
        }
        let answer = await answer(click)
        return answer.isDecided ? .accepted : .refused(answer.text)
    }

    private func refuse(_ click: Click, _ why: Approvals.Refusal.Why, _ words: String) -> DialogAnswer {
        audit(AuditEntry(.refused, click, why: why.rawValue, words: words))
        return .refused(words)
    }
}
