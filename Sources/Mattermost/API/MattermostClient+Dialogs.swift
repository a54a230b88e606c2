package import Access

/// The call that opens a dialog for a person who clicked. ``ChatService`` documents it.
extension MattermostClient {
    package func open(_ dialog: ReasonDialog, triggerID: Secret<String>) async throws(MattermostError) {
        let request = try APIRequest(
            .post, "/actions/dialogs/open", DialogBody(dialog, triggerID: triggerID.reveal()), as: .openDialog)
        _ = try await send(request, expecting: StatusAnswer.self)
    }
}

/// The body of `POST /actions/dialogs/open`: `OpenDialogRequest` in Mattermost's `model/integration_action.go`.
private struct DialogBody: Encodable {
    struct Form: Encodable {
        var callbackID: String
        /// At most 24 characters, which is Mattermost's limit.
        var title: String
        var introduction: String
        var elements: [Element]
        var submitLabel: String
        let notifyOnCancel = false
        var state: String

        enum CodingKeys: String, CodingKey {
            case title, elements, state
            case callbackID = "callback_id"
            case introduction = "introduction_text"
            case submitLabel = "submit_label"
            case notifyOnCancel = "notify_on_cancel"
        }
    }

    struct Element: Encodable {
        let displayName = "Reason"
        let name = ReasonDialog.field
        let type = "textarea"
        var optional: Bool
        let maxLength = ReasonDialog.limit

        enum CodingKeys: String, CodingKey {
            case name, type, optional
            case displayName = "display_name"
            case maxLength = "max_length"
        }
    }

    var triggerID: String
    var url: String
    var dialog: Form

    enum CodingKeys: String, CodingKey {
        case url, dialog
        case triggerID = "trigger_id"
    }

    init(_ dialog: ReasonDialog, triggerID: String) {
        self.triggerID = triggerID
        url = dialog.url
        let label = dialog.decision == .approve ? "Approve" : "Deny"
        self.dialog = Form(
            callbackID: dialog.decision.rawValue, title: "\(label) access request", introduction: dialog.introduction,
            elements: dialog.hasField ? [Element(optional: dialog.isOptional)] : [], submitLabel: label, state: dialog.state)
    }
}

extension DialogAnswer {
    /// The JSON body of the answer to a submission, which has the status 200.
    package var json: [UInt8] {
        let body: [UInt8]? =
            switch self {
            case .accepted: nil
            case .wrongReason(let words): try? JSON.encode(["errors": [ReasonDialog.field: words]])
            case .refused(let words): try? JSON.encode(["error": words])
            }
        return body ?? [UInt8]("{}".utf8)
    }
}
