import Access
import ActionCrypto
import Logging

/// Signs the buttons of a post, good until the request itself lapses.
struct SignedContext: Sendable {
    let signer: ActionSigner
    let teleport: any AccessService
    let logger: Logger

    /// Where the server does not say when a pending request lapses.
    private static let lifetime = Duration.seconds(24 * 3600)

    /// Empty where it cannot be signed, which is logged: the button then does nothing, and nobody can forge it.
    func make(_ decision: Decision, _ request: AccessRequest, _ channelID: String, _ recipient: String) -> [String: String] {
        let issued = Timestamp.now
        do {
            return try signer.sign(
                decision, requestID: request.id, cluster: teleport.clusterName ?? "", channelID: channelID,
                recipient: recipient, issued: issued, expires: request.expires ?? issued.advanced(by: Self.lifetime)
            ).fields
        } catch {
            logger.error("Could not sign a button: \(error)", metadata: .request(request.id))
            return [:]
        }
    }
}
