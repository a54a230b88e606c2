package import Access
internal import Base

/// The call that opens a dialog for a person who clicked. ``ChatService`` documents it.
extension MattermostClient {
    package func open(_ dialog: ReasonDialog, triggerID: Secret<String>) async throws(MattermostError) {
        let request = APIRequest(
            .post, "/actions/dialogs/open", .dialog(dialog, triggerID: triggerID.reveal()), as: .openDialog)
        _ = try await send(request, expecting: StatusAnswer.self)
    }
}

extension JSONPiece {
    /// The body of `POST /actions/dialogs/open`: `OpenDialogRequest` in Mattermost's `model/integration_action.go`.
    fileprivate static func dialog(_ dialog: ReasonDialog, triggerID: String) -> JSONPiece {
        let reason = JSONPiece.object([
            ("display_name", .text("Reason")), ("max_length", .number(ReasonDialog.limit)), ("name", .text(ReasonDialog.field)),
            ("optional", .flag(dialog.isOptional)), ("type", .text("textarea")),
        ])
        let label = dialog.decision == .approve ? "Approve" : "Deny"
        let form = JSONPiece.object([
            ("callback_id", .text(dialog.decision.rawValue)), ("elements", .list(dialog.hasField ? [reason] : [])),
            ("introduction_text", .text(dialog.introduction)), ("notify_on_cancel", .flag(false)),
            ("state", .text(dialog.state)), ("submit_label", .text(label)),
            // At most 24 characters, which is Mattermost's limit.
            ("title", .text("\(label) access request")),
        ])
        return .object([("dialog", form), ("trigger_id", .text(triggerID)), ("url", .text(dialog.url))])
    }
}

extension DialogAnswer {
    /// The JSON body of the answer to a submission, which has the status 200.
    package var json: [UInt8] {
        let body: JSONPiece =
            switch self {
            case .accepted: .object([])
            case .wrongReason(let words): .object([("errors", .texts([ReasonDialog.field: words]))])
            case .refused(let words): .texts(["error": words])
            }
        return body.utf8
    }
}
