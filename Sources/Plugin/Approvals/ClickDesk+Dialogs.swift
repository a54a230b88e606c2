import Access
import ActionCrypto
import CallbackServer
import Mattermost

extension ClickDesk {
    /// Decides on what a dialog brought back, as a click of who opened it.
    func answer(_ submission: DialogSubmission) async -> DialogAnswer {
        let ticket = submission.ticket
        let reason = submission.reason.trimmed
        guard reason.count <= ReasonDialog.limit, reason.utf8.count <= 4 * ReasonDialog.limit else {
            return .wrongReason(ClickWords.reasonTooLong)
        }
        guard !reason.isEmpty || reasons.ask.isOptional || !reasons.ask.asks(ticket.decision) else {
            return .wrongReason(ClickWords.reasonMissing)
        }
        let click = Click(
            requestID: ticket.requestID, decision: ticket.decision, cluster: ticket.cluster, userID: ticket.userID,
            post: PostReference(channelID: ticket.channelID, postID: ticket.postID), isProven: ticket.isProven,
            remote: submission.remoteAddress, reason: reason)
        let age = now().since(ticket.issued)
        guard (.zero - ProofDesk.window..<Reasons.lifetime).contains(age) else {
            let why = Approvals.Refusal.Why.dialogTooOld.rawValue
            audit(AuditEntry(.refused, click, why: why, words: ClickWords.dialogTooOld))
            return .refused(ClickWords.dialogTooOld)
        }
        let answer = await answer(click)
        return answer.isDecided ? .accepted : .refused(answer.text)
    }
}

extension String {
    /// Without the white space around it.
    fileprivate var trimmed: String {
        let start = drop(while: \.isWhitespace)
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}
