import FoundationEssentials

/// A dialog that a user's client shows.
package struct ChatDialog: Equatable, Sendable {
    package var userID: String
    package var url: String
    /// The dialog as the integration sent it.
    package var dialog: JSON
}

extension ChatState {
    /// The time after a click during which its trigger id can open a dialog, in milliseconds
    /// (`model.OutgoingIntegrationRequestsTimeout`).
    private static let triggerLifetime: Int64 = 3000

    mutating func openDialog(_ body: JSON, now: Int64) throws(AppError) {
        guard let trigger = body["trigger_id"]?.text, let data = Data(base64Encoded: trigger),
            let text = String(validating: data, as: UTF8.self)
        else {
            throw .badTrigger(
                "decode_trigger_id.base64_decode_failed", "Failed to decode base64 for trigger ID for interactive dialog.")
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4, let moment = Int64(parts[2]), triggers.contains(trigger) else {
            throw .badTrigger(
                "decode_trigger_id.verify_signature_failed",
                "Signature verification failed of trigger ID for interactive dialog.")
        }
        guard now - moment <= Self.triggerLifetime else {
            throw .badTrigger("decode_trigger_id.expired", "Trigger ID for interactive dialog is expired.")
        }
        guard let url = body["url"]?.text, let dialog = body["dialog"], dialog.members != nil else {
            throw .badBodyParameter("dialog")
        }
        dialogs.append(ChatDialog(userID: String(parts[1]), url: url, dialog: dialog))
        dialogs.removeFirst(max(0, dialogs.count - 50))
    }

    package mutating func issued(_ trigger: String) {
        triggers.append(trigger)
        triggers.removeFirst(max(0, triggers.count - 200))
    }
}

extension AppError {
    fileprivate static func badTrigger(_ id: String, _ message: String) -> AppError {
        AppError(400, "interactive_message.\(id)", message)
    }
}

extension Clicker {
    /// Passes a client's submission on to the integration (`app.SubmitInteractiveDialog`). The server sets the user; all other
    /// fields are the client's.
    package func submit(_ body: JSON, by userID: String) async throws(AppError) -> JSON {
        guard let url = body["url"]?.text else { throw .badBodyParameter("submit_dialog_request") }
        let sent: JSON = [
            "type": "dialog_submission", "callback_id": body["callback_id"] ?? "", "state": body["state"] ?? "",
            "user_id": .string(userID), "channel_id": body["channel_id"] ?? "", "team_id": body["team_id"] ?? "",
            "submission": body["submission"] ?? nil, "cancelled": body["cancelled"] ?? false,
        ]
        do {
            let answer = try await client.post(sent.goEncoded, to: url)
            guard answer.status == 200 else { throw SandboxError("status=\(answer.status)") }
            return answer.body.isEmpty ? [:] : JSON(bytes: answer.body) ?? [:]
        } catch {
            throw .actionIntegration
        }
    }
}
