package import ActionCrypto

/// What checking a context came to.
package enum Verification: Sendable {
    /// Truly signed, expired or not.
    case genuine(VerifiedAction)
    /// For the operator's log only; the client is not told.
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

/// Whether the plugin can do its work, for `/readyz`.
package struct Readiness: Sendable, Equatable {
    /// What is missing, in words for the operator. Empty: ready.
    package var problems: [String]
    /// What a person should see to, though all works.
    package var notes: [String]
    /// For `/metrics`.
    package var gauges: [Gauge]

    package init(problems: [String] = [], notes: [String] = [], gauges: [Gauge] = []) {
        self.problems = problems
        self.notes = notes
        self.gauges = gauges
    }
}
