import Access
import ActionCrypto
import CallbackServer
import Mattermost

extension ClickDesk {
    /// Decides on what a dialog brought back, as a click of who opened it.
    /// - Parameter proof: of that click, looked at again; nil where none is asked for.
    func answer(_ submission: DialogSubmission, proof: ClickerProof? = nil) async -> DialogAnswer {
        let ticket = submission.ticket
        // A dialog that only asks whether the person means it has no field: what comes in one was made up.
        let reason = reasons.ask.asks(ticket.decision) ? InertText.trimmed(submission.reason) : ""
        guard reason.count <= ReasonDialog.limit, reason.utf8.count <= 4 * ReasonDialog.limit else {
            return .wrongReason(ClickWords.reasonTooLong)
        }
        guard !reason.isEmpty || reasons.ask.isOptional || !reasons.ask.asks(ticket.decision) else {
            return .wrongReason(ClickWords.reasonMissing)
        }
        var click = Click(
            requestID: ticket.requestID, decision: ticket.decision, cluster: ticket.cluster, userID: ticket.userID,
            post: PostReference(channelID: ticket.channelID, postID: ticket.postID), isProven: proof != nil,
            remote: submission.remoteAddress, reason: reason)
        let age = now().since(ticket.issued)
        guard (.zero - ProofDesk.window..<Reasons.lifetime).contains(age) else {
            click.isRepeated = true
            return refuse(click, .dialogTooOld, ClickWords.dialogTooOld)
        }
        let entry = submissions.enter(ticket, reason: reason, proof: proof)
        if case .taken = entry {} else { click.isRepeated = true }
        guard reasons.opens(ticket.decision) else { return refuse(click, .dialogNotAsked, ClickWords.reasonNotAsked) }
        switch entry {
        case .taken, .repeated: break
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
