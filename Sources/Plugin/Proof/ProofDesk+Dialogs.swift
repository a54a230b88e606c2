import Access
import ActionCrypto
import CallbackServer
import Logging
import Mattermost

extension ProofDesk {
    /// Lets a dialog's submission through when the click that opened it was proven, which is proven again: whoever knows a signing
    /// secret could make up a state, and not that.
    func answer(_ submission: DialogSubmission, _ decide: () async -> [UInt8]) async -> ClickReply {
        let ticket = submission.ticket
        guard let trigger = ticket.trigger.flatMap({ TriggerID($0.reveal()) }) else {
            return forged(ticket, "a dialog's state has no proof of who clicked")
        }
        switch await keys.check(trigger) {
        case .forged: return forged(ticket, "the proof in a dialog's state does not match Mattermost's key")
        case .unknown:
            let words = DialogAnswer.refused(ProofWords.unknown).json
            return .refused(words: words, reason: "Mattermost's public key is not known", metadata(of: ticket))
        case .proven(let proof):
            let gap = ticket.issued.since(proof.signedAt)
            guard proof.userID == ticket.userID, (.zero - Self.window...Self.window).contains(gap) else {
                return forged(ticket, "the proof in a dialog's state is of another user or time")
            }
            return .answer(await people.run(for: proof.userID, decide) ?? DialogAnswer.refused(ProofWords.tooMany).json)
        }
    }

    private func forged(_ ticket: DialogTicket, _ reason: String) -> ClickReply {
        .refused(words: nil, reason: reason, metadata(of: ticket))
    }

    private func metadata(of ticket: DialogTicket) -> Logger.Metadata {
        metadata(
            ticket.requestID, PostReference(channelID: ticket.channelID, postID: ticket.postID), ticket.userID, ticket.decision)
    }
}
