package import Access
package import ActionCrypto
import Logging

/// Makes the dialogs that ask for a reason, or only whether the person means it.
package struct DialogMaker: Sendable {
    /// The time after the click within which a dialog may be submitted.
    static let lifetime = Duration.seconds(600)

    /// The decisions for which a reason is asked.
    package let ask: AskReason
    /// The decisions for which the person is asked whether they mean it.
    package let confirm: Confirm
    /// The address to which Mattermost sends the submitted dialog.
    let url: String
    /// Signs the state that a dialog carries.
    let seal: @Sendable (DialogTicket) throws -> String

    package init(
        ask: AskReason, confirm: Confirm, url: String, seal: @escaping @Sendable (DialogTicket) throws -> String
    ) {
        self.ask = ask
        self.confirm = confirm
        self.url = url
        self.seal = seal
    }

    /// Whether a click opens a dialog instead of deciding at once.
    func opens(_ decision: Decision) -> Bool { ask.asks(decision) || confirm.asks(decision) }
}

extension Approvals {
    /// Opens the dialog for the person who clicked. Mattermost sends their submission later, as a callback of its own.
    func ask(_ click: Click, _ request: AccessRequest, triggerID: Secret<String>) async throws -> ClickAnswer {
        let subject = Subject(request)
        let user = InertText.code(subject.user, limit: 100)
        let roles = InertText.code(subject.roles.joined(separator: ", "), limit: 200)
        let ticket = DialogTicket(
            requestID: click.requestID, decision: click.decision, userID: click.userID, channelID: click.post.channelID,
            postID: click.post.postID, cluster: context.teleport.clusterName ?? "", issued: context.clocks.now(),
            trigger: click.isProven ? triggerID : nil)
        let asksWhy = context.dialogs.ask.asks(click.decision)
        let question = click.decision == .approve ? "Approve \(roles) for \(user)?" : "Deny \(roles) to \(user)?"
        do {
            let dialog = ReasonDialog(
                click.decision, introduction: asksWhy ? "\(user) asks for \(roles)." : question,
                isOptional: context.dialogs.ask.isOptional, hasField: asksWhy, state: try context.dialogs.seal(ticket),
                url: context.dialogs.url)
            try await context.chat.open(dialog, triggerID: triggerID)
            return ClickAnswer("")
        } catch {
            context.logger.warning("Could not open a dialog: \(error)", metadata: .request(click.requestID, click.post))
            throw Refusal(.lookupFailed, ClickWords.noDialog)
        }
    }
}

extension ClickWords {
    static let dialogBeforeStart =
        "This plugin was started anew meanwhile, so nothing was decided. Please cancel and click again."
    static let noDialog = "Mattermost could not ask you in a dialog just now, so nothing was decided. Please click again."
    static let dialogTooOld = "This was open for more than ten minutes, so nothing was decided. Please cancel and click again."
    static let reasonChanged =
        "Another reason was handed in before, so nothing was decided. Please cancel and click again."
    static let reasonRepeated = "This was handed in too often, so nothing was decided. Please cancel and click again."
    static let reasonNotAsked = "This is not asked any more, so nothing was decided. Please cancel and click again."
    static let reasonMissing = "Please give a reason."
    static let reasonTooLong = "At most \(ReasonDialog.limit) characters."
}
