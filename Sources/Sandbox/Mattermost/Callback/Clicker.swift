import Logging
import TriggerSigning

/// Clicks a button for a user: calls the integration and applies its answer (`app.DoPostAction`).
package struct Clicker: Sendable {
    let world: ChatWorld
    let signer: TriggerSigner
    let client: CallbackClient
    let logger: Logger

    /// Returns the client id of the click. Throws ``AppError/actionIntegration`` unless the answer has status 200 and can be
    /// read.
    package func click(_ actionID: String, on postID: String, by userID: String) async throws(AppError) -> String {
        let click = try world.read { state throws(AppError) in try state.click(actionID, on: postID, by: userID) }
        let clientID = Identifier.make()
        let answer = try await call(click, clientID: clientID)
        guard !answer.isEmpty else { return clientID }
        guard let body = JSON(bytes: answer), body.members != nil else {
            logger.warning("Integration's answer is not a JSON object", metadata: ["url": "\(click.url)"])
            throw .actionIntegration
        }
        try world.change { state, now throws(AppError) in try state.apply(body, to: click, now: now) }
        return clientID
    }

    private func call(_ click: ChatState.Click, clientID: String) async throws(AppError) -> [UInt8] {
        do {
            let trigger = try signer.triggerID(clientID: clientID, userID: click.account.id, at: world.now)
            try world.change { state, _ throws(AppError) in state.issued(trigger) }
            let answer = try await client.post(click.body(triggerID: trigger).goEncoded, to: click.url)
            guard answer.status == 200 else { throw SandboxError("status=\(answer.status)") }
            return answer.body
        } catch {
            logger.warning("Action integration error", metadata: ["url": "\(click.url)", "error": "\(error)"])
            throw .actionIntegration
        }
    }
}
