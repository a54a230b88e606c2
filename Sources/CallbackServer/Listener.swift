import Access
import ActionCrypto
import Logging
import NIOCore

/// What the connections of one event loop share. Used on that loop only.
final class Listener {
    let limits: CallbackServer.Limits
    /// Nil for plain HTTP.
    let tls: TLSContext?
    let policy: RequestPolicy
    let verify: CallbackServer.Verify
    let readiness: @Sendable () -> Readiness
    let queue: ClickQueue
    let dialogs: CallbackServer.Dialogs?
    let trim: MemoryTrim
    let table: ConnectionTable
    var replies = ReplyRenderer()
    var refusals: RefusalLog

    init(_ server: CallbackServer, tls: TLSContext?, queue: ClickQueue, trim: MemoryTrim, on eventLoop: any EventLoop) {
        let configuration = server.configuration
        limits = configuration.limits
        self.tls = tls
        policy = RequestPolicy(
            routes: Routes(pathPrefix: configuration.pathPrefix), basicAuth: configuration.basicAuth,
            bodyLimit: configuration.limits.bodyBytes)
        verify = server.verify
        readiness = server.readiness
        self.queue = queue
        dialogs = server.dialogs
        self.trim = trim
        table = ConnectionTable(eventLoop: eventLoop, limits: limits)
        refusals = RefusalLog(logger: server.logger)
    }

    /// What to do with a click whose body has arrived.
    enum Outcome {
        /// The decision's reply follows with this ticket.
        case deciding
        case reply(FixedReply)
    }

    /// Checks a click and hands it over: everything that a stranger can make happen ends here.
    func click(_ body: ByteBuffer, from remote: String, ticket: ReplyTicket) -> Outcome {
        let scanned: ClickBody
        do throws(MalformedClick) {
            scanned = try body.withUnsafeReadableBytes { (bytes) throws(MalformedClick) in try ClickScanner.scan(bytes) }
        } catch {
            return refuse(.malformed, "\(error.reason)", remote)
        }
        switch verify(scanned.context, scanned.channelID) {
        case .refused(let reason):
            return refuse(.forbidden, reason, remote)
        case .genuine(let action) where action.binding.map { $0.channelID != scanned.channelID } ?? false:
            return refuse(.forbidden, "its context was signed for another channel", remote)
        case .genuine(let action):
            let click = VerifiedClick(
                action: action, userID: scanned.userID, userName: scanned.userName, channelID: scanned.channelID,
                postID: scanned.postID, teamID: scanned.teamID.isEmpty ? nil : scanned.teamID,
                triggerID: Secret(scanned.triggerID), remoteAddress: remote)
            return queue.submit(ClickQueue.Job(call: .click(click), ticket: ticket)) ? .deciding : .reply(.busy)
        }
    }

    /// Checks a dialog's submission and hands it over.
    func dialog(_ body: ByteBuffer, from remote: String, ticket: ReplyTicket) -> Outcome {
        guard let dialogs else { return .reply(.notFound) }
        let scanned: DialogBody
        do throws(MalformedClick) {
            scanned = try body.withUnsafeReadableBytes { (bytes) throws(MalformedClick) in try DialogScanner.scan(bytes) }
        } catch {
            return refuse(.malformed, "\(error.reason)", remote)
        }
        guard let opened = dialogs.open(scanned.state) else {
            return refuse(.forbidden, "a dialog's state is not signed by this plugin", remote)
        }
        guard opened.userID == scanned.userID, opened.channelID == scanned.channelID else {
            return refuse(.forbidden, "a dialog's state was signed for another user or channel", remote)
        }
        guard !scanned.isCancelled else { return refuse(.forbidden, "a dialog was cancelled", remote) }
        let submission = DialogSubmission(ticket: opened, reason: scanned.reason, remoteAddress: remote)
        return queue.submit(ClickQueue.Job(call: .dialog(submission), ticket: ticket)) ? .deciding : .reply(.busy)
    }

    private func refuse(_ reply: FixedReply, _ reason: String, _ remote: String) -> Outcome {
        refusals.refused(reason, from: remote, at: .now())
        return .reply(reply)
    }
}
