import Access
import ActionCrypto
import CallbackServer
import Logging
import Mattermost

extension ProofDesk {
    /// Lets a dialog's submission through when the click that opened it was proven, which is proven again: whoever knows a signing
    /// secret could make up a state, and not that. A proof counts for one request, decision and post, and as long as a dialog may.
    func answer(_ submission: DialogSubmission, _ decide: (ClickerProof) async -> [UInt8]) async -> ClickReply {
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
        _ ticket: DialogTicket, _ proof: ClickerProof, _ decide: (ClickerProof) async -> [UInt8]
    ) async -> ClickReply {
        let age = now().since(proof.signedAt)
        guard (.zero - Self.window..<Reasons.lifetime).contains(age),
            (.zero - Self.window..<Reasons.lifetime).contains(now().since(ticket.issued))
        else { return .counted(words: DialogAnswer.refused(ClickWords.dialogTooOld).json) }
        guard age <= elapsed() + Self.precision else {
            return .counted(words: DialogAnswer.refused(ClickWords.dialogBeforeStart).json)
        }
        guard let identity = Self.identity(ticket.requestID, ticket.decision, ticket.channelID, ticket.postID) else {
            return refuse(ticket, ProofWords.unknown, "OpenSSL has no SHA-256")
        }
        switch seen.bind(proof, to: identity) {
        case .bound:
            guard let json = await people.run(for: proof.userID, { await decide(proof) }) else {
                return .counted(words: DialogAnswer.refused(ProofWords.tooMany).json)
            }
            return .answer(json)
        case .stolen: return forged(ticket, "the proof in a dialog's state was used for another click before")
        case .full: return .counted(words: DialogAnswer.refused(ProofWords.full).json)
        }
    }

    private func forged(_ ticket: DialogTicket, _ reason: String) -> ClickReply {
        .refused(words: nil, reason: reason, metadata(of: ticket))
    }

    private func refuse(_ ticket: DialogTicket, _ words: String, _ reason: String) -> ClickReply {
        .refused(words: DialogAnswer.refused(words).json, reason: reason, metadata(of: ticket))
    }

    private func metadata(of ticket: DialogTicket) -> Logger.Metadata {
        metadata(
            ticket.requestID, PostReference(channelID: ticket.channelID, postID: ticket.postID), ticket.userID, ticket.decision)
    }
}
