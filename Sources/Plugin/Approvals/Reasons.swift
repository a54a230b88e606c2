package import Access
package import ActionCrypto
import Logging

/// When people are asked why, in a dialog.
package enum AskReason: String, Equatable, Sendable, CaseIterable {
    case never, optional, always
    case onDeny = "on_deny"

    func asks(_ decision: Decision) -> Bool {
        switch self {
        case .never: false
        case .optional, .always: true
        case .onDeny: decision == .deny
        }
    }

    /// Whether nothing may be written.
    var isOptional: Bool { self == .optional }
}

/// When people are asked whether they mean it. Mattermost shows the dialog to the person alone whose click it proves, so that a click made
/// up from a copied context and a proof that was given for another button decides nothing by itself.
package enum Confirm: String, Equatable, Sendable, CaseIterable {
    case never, approve, always

    func asks(_ decision: Decision) -> Bool {
        switch self {
        case .never: false
        case .approve: decision == .approve
        case .always: true
        }
    }
}

/// What a dialog is made with.
package struct Reasons: Sendable {
    /// How long after the click a reason is taken.
    static let lifetime = Duration.seconds(600)

    var ask = AskReason.never
    var confirm = Confirm.never
    /// Where the dialog is sent.
    var url = ""
    var seal: @Sendable (DialogTicket) throws -> String = { _ in throw StartError("No signer") }

    /// Whether a click opens a dialog instead of deciding.
    func opens(_ decision: Decision) -> Bool { ask.asks(decision) || confirm.asks(decision) }
}

extension Approvals {
    /// Shows the form to who clicked; their answer comes back by itself.
    func ask(_ click: Click, _ request: AccessRequest, triggerID: Secret<String>) async throws -> ClickAnswer {
        let subject = Subject(request)
        let user = InertText.code(subject.user, limit: 100)
        let roles = InertText.code(subject.roles.joined(separator: ", "), limit: 200)
        let ticket = DialogTicket(
            requestID: click.requestID, decision: click.decision, userID: click.userID, channelID: click.post.channelID,
            postID: click.post.postID, cluster: environment.teleport.clusterName ?? "", issued: environment.now(),
            trigger: click.isProven ? triggerID : nil)
        let asksWhy = environment.reasons.ask.asks(click.decision)
        let question = click.decision == .approve ? "Approve \(roles) for \(user)?" : "Deny \(roles) to \(user)?"
        do {
            let dialog = ReasonDialog(
                click.decision, introduction: asksWhy ? "\(user) asks for \(roles)." : question,
                isOptional: environment.reasons.ask.isOptional, hasField: asksWhy, state: try environment.reasons.seal(ticket),
                url: environment.reasons.url)
            try await environment.chat.open(dialog, triggerID: triggerID)
            return ClickAnswer("")
        } catch {
            environment.logger.warning("Could not open a dialog: \(error)", metadata: .request(click.requestID, click.post))
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
