package import ActionCrypto

/// The result of checking the signature of a button's context.
package enum Verification: Sendable {
    /// The plugin signed the context. It may have expired; the decision then tells the person so.
    case genuine(VerifiedAction)
    /// The signature proves nothing. The reason is for the operator's log and is not sent to the client.
    case refused(reason: String)

    package init(_ result: Result<VerifiedAction, ActionSigner.Refusal>) {
        switch result {
        case .success(let action), .failure(.expired(let action)): self = .genuine(action)
        case .failure(.malformed): self = .refused(reason: "a signed field is missing or malformed")
        case .failure(.unknownKey): self = .refused(reason: "signed with a secret that is none of ours, or by another version")
        case .failure(.badSignature): self = .refused(reason: "the signature does not match")
        case .failure(.legacy):
            self = .refused(reason: "a button of the original plugin; [mattermost] accept_legacy_signatures is false")
        case .failure(.wrongCluster): self = .refused(reason: "signed for another cluster")
        }
    }
}
