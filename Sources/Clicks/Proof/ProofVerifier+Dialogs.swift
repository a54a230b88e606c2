import Access
import ActionCrypto
import Logging

extension ProofVerifier {
    /// Decides on a submitted dialog if the click that opened it was proven. The proof is verified again, because somebody who
    /// knows a signing secret could make up a dialog's state, but not a proof. A proof counts for one request, one decision and
    /// one post, and for as long as a dialog may be submitted.
    func answer(
        _ submission: DialogSubmission, _ decide: (ClickerProof) async -> DialogAnswer
    ) async -> ClickReply<DialogAnswer> {
        let ticket = submission.ticket
        guard let trigger = ticket.trigger.flatMap({ TriggerID($0.reveal()) }) else {
            return forged(ticket, "a dialog's state has no proof of who clicked")
        }
        switch await keys.check(trigger) {
        case .forged: return forged(ticket, "the proof in a dialog's state does not match Mattermost's key")
        case .unknown: return refuse(ticket, ProofWords.unknown, "Mattermost's public key is not known")
        case .proven(let proof):
            let gap = ticket.issued.since(proof.signedAt)
            guard proof.userID == ticket.userID, (.zero - Self.window...Self.window).contains(gap) else {
                return forged(ticket, "the proof in a dialog's state is of another user or time")
            }
            return await answer(ticket, proof, decide)
        }
    }

    private func answer(
        _ ticket: DialogTicket, _ proof: ClickerProof, _ decide: (ClickerProof) async -> DialogAnswer
    ) async -> ClickReply<DialogAnswer> {
        let age = now().since(proof.signedAt)
        guard (.zero - Self.window..<DialogMaker.lifetime).contains(age),
            (.zero - Self.window..<DialogMaker.lifetime).contains(now().since(ticket.issued))
        else { return .counted(words: .refused(ClickWords.dialogTooOld)) }
        guard age <= elapsed() + Self.precision else {
            return .counted(words: .refused(ClickWords.dialogBeforeStart))
        }
        guard let identity = Self.identity(ticket.requestID, ticket.decision, ticket.channelID, ticket.postID) else {
            return refuse(ticket, ProofWords.unknown, "OpenSSL has no SHA-256")
        }
        switch seen.bind(proof, to: identity) {
        case .bound:
            guard let answer = await underway.run(for: proof.userID, { await decide(proof) }) else {
                return .counted(words: .refused(ProofWords.tooMany))
            }
            return .answer(answer)
        case .stolen: return forged(ticket, "the proof in a dialog's state was used for another click before")
        case .full: return .counted(words: .refused(ProofWords.full))
        }
    }

    private func forged(_ ticket: DialogTicket, _ reason: String) -> ClickReply<DialogAnswer> {
        .refused(words: nil, reason: reason, metadata(of: ticket))
    }

    private func refuse(_ ticket: DialogTicket, _ words: String, _ reason: String) -> ClickReply<DialogAnswer> {
        .refused(words: .refused(words), reason: reason, metadata(of: ticket))
    }

    private func metadata(of ticket: DialogTicket) -> Logger.Metadata {
        metadata(
            ticket.requestID, PostReference(channelID: ticket.channelID, postID: ticket.postID), ticket.userID, ticket.decision)
    }
}
