import Access
import ActionCrypto
import Logging

/// Signs the contexts of a post's buttons. A signature is valid until the request itself expires.
struct SignedContext: Sendable {
    let signer: ActionSigner
    let teleport: any AccessService
    let logger: Logger

    /// The validity of a signature if the server does not say when a pending request expires.
    private static let lifetime = Duration.seconds(24 * 3600)

    /// Returns the signed context of one button. If signing fails, the error is logged and the context is empty: a click on the
    /// button is then refused, because it has no signature.
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
