import Access
import ActionCrypto

extension SeenSubmissions {
    /// Says what happens with a submitted dialog.
    enum Verdict {
        /// The submission is decided on, as a click of the person who opened the dialog.
        case decide(Click)
        case refused(DialogAnswer)
    }

    /// Judges a submitted dialog, and writes a refusal to the audit log.
    /// - Parameter proof: the proof of the click that opened the dialog, verified again. This is nil if no proof is required.
    func judge(_ submission: DialogSubmission, proof: ClickerProof?, _ context: ClicksContext) -> Verdict {
        let ticket = submission.ticket
        let dialogs = context.dialogs
        // A dialog that only asks whether the person means it has no field for a reason. A reason that comes with it was made
        // up, and is ignored.
        let reason = dialogs.ask.asks(ticket.decision) ? InertText.trimmed(submission.reason) : ""
        guard reason.count <= ReasonDialog.limit, reason.utf8.count <= 4 * ReasonDialog.limit else {
            return .refused(.wrongReason(ClickWords.reasonTooLong))
        }
        guard !reason.isEmpty || dialogs.ask.isOptional || !dialogs.ask.asks(ticket.decision) else {
            return .refused(.wrongReason(ClickWords.reasonMissing))
        }
        var click = Click(
            requestID: ticket.requestID, decision: ticket.decision, cluster: ticket.cluster, userID: ticket.userID,
            post: PostReference(channelID: ticket.channelID, postID: ticket.postID), isProven: proof != nil,
            remote: submission.remoteAddress, reason: reason)
        let age = context.clocks.now().since(ticket.issued)
        guard (.zero - ProofVerifier.window..<DialogMaker.lifetime).contains(age) else {
            click.isRepeated = true
            return refuse(click, .dialogTooOld, ClickWords.dialogTooOld, context)
        }
        let entry = enter(ticket, reason: reason, proof: proof)
        if case .taken = entry {} else { click.isRepeated = true }
        guard dialogs.opens(ticket.decision) else {
            return refuse(click, .dialogNotAsked, ClickWords.reasonNotAsked, context)
        }
        switch entry {
        case .taken, .repeated: return .decide(click)
        case .changed: return refuse(click, .dialogUsed, ClickWords.reasonChanged, context)
        case .refused: return refuse(click, .dialogUsed, ClickWords.reasonRepeated, context)
        }
    }

    private func refuse(
        _ click: Click, _ why: Approvals.Refusal.Why, _ words: String, _ context: ClicksContext
    ) -> Verdict {
        let entry = AuditEntry(.refused, click, why: why.rawValue, words: words)
        context.audit.write(entry, at: context.clocks.now())
        return .refused(.refused(words))
    }
}
