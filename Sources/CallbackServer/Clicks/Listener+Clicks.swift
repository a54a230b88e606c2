import Access
import ActionCrypto
import Base
import Logging
import NIOCore

/// The way of a click through the listener, with one type per stage. A dialog's submission takes the same way.
///
/// ```
///                ClickScanner            signature                 ClickQueue
///   ByteBuffer ───────────────▶ ClickBody ─────────▶ VerifiedClick ──────────▶ decision ──▶ ClickReply
///                     │                      │                         │
///                     └──────────────────────┴─────────────────────────┴─▶ FixedReply: malformed, forged, or too many at once
/// ```
extension Listener {
    /// The result of the checks of a click or dialog whose body has arrived.
    enum Outcome {
        /// The decision has begun. Its reply will come with the ticket.
        case deciding
        case reply(FixedReply)
    }

    /// Checks that a click is signed for its channel, and passes it on for the decision. A request that is not signed is
    /// refused here, so no work is done for it.
    func click(_ body: ByteBuffer, from origin: IPAddress?, ticket: ReplyTicket) -> Outcome {
        let scanned: ClickBody
        do throws(MalformedClick) {
            scanned = try body.withUnsafeReadableBytes { (bytes) throws(MalformedClick) in try ClickScanner.scan(bytes) }
        } catch {
            return refuse(.malformed, "\(error.reason)", .malformed, origin)
        }
        switch verify(scanned.context, scanned.channelID) {
        case .refused(let reason):
            return refuse(.forbidden, reason, .signature, origin)
        case .genuine(let action) where action.binding.map { $0.channelID != scanned.channelID } ?? false:
            return refuse(.forbidden, "its context was signed for another channel", .signature, origin)
        case .genuine(let action):
            let click = VerifiedClick(
                action: action, userID: scanned.userID, userName: scanned.userName, channelID: scanned.channelID,
                postID: scanned.postID, teamID: scanned.teamID.isEmpty ? nil : scanned.teamID,
                triggerID: Secret(scanned.triggerID), remoteAddress: Self.text(origin))
            guard queue.submit(ClickQueue.Job(call: .click(click), ticket: ticket)) else {
                return busy(action.requestID, action.decision, click.userID, origin)
            }
            return .deciding
        }
    }

    /// Checks that a dialog's state is signed for its user and channel, and passes the submission on for the decision.
    func dialog(_ body: ByteBuffer, from origin: IPAddress?, ticket: ReplyTicket) -> Outcome {
        guard let dialogs else { return .reply(.notFound) }
        let scanned: DialogBody
        do throws(MalformedClick) {
            scanned = try body.withUnsafeReadableBytes { (bytes) throws(MalformedClick) in try DialogScanner.scan(bytes) }
        } catch {
            return refuse(.malformed, "\(error.reason)", .malformed, origin)
        }
        guard let opened = dialogs.open(scanned.state) else {
            return refuse(.forbidden, "a dialog's state is not signed by this plugin", .signature, origin)
        }
        guard opened.userID == scanned.userID, opened.channelID == scanned.channelID else {
            return refuse(.forbidden, "a dialog's state was signed for another user or channel", .signature, origin)
        }
        guard !scanned.isCancelled else { return refuse(.forbidden, "a dialog was cancelled", .dialog, origin) }
        let submission = DialogSubmission(ticket: opened, reason: scanned.reason, remoteAddress: Self.text(origin))
        guard queue.submit(ClickQueue.Job(call: .dialog(submission), ticket: ticket)) else {
            return busy(opened.requestID, opened.decision, opened.userID, origin)
        }
        return .deciding
    }

    private func busy(
        _ requestID: RequestID, _ decision: Decision, _ userID: String, _ origin: IPAddress?
    ) -> Outcome {
        note(
            "it is signed, but no more can be decided at once", .busy, from: origin,
            ["request_id": "\(requestID)", "decision": "\(decision)", "claimed_user_id": "\(userID)"])
        return .reply(.busy)
    }

    private func refuse(
        _ reply: FixedReply, _ reason: String, _ refusal: CallbackRefusal, _ origin: IPAddress?
    ) -> Outcome {
        .reply(failed(reason, refusal, from: origin) ? reply : .tooMany)
    }
}
