package import Access

/// A click whose signature matched. Only ``ActionSigner/verify(_:cluster:at:)`` makes one.
package struct VerifiedAction: Hashable, Sendable {
    /// What the signature says besides request and decision.
    package struct Binding: Hashable, Sendable {
        package let cluster: String
        package let channelID: String
        package let recipient: String
        package let issued: Timestamp
        package let expires: Timestamp
    }

    package let requestID: RequestID
    package let decision: Decision
    /// Nil of the original plugin's buttons, whose signatures say nothing more and never end.
    package let binding: Binding?

    /// Nil when a field is not of its form. For a context whose signature has been checked.
    init?(checked context: ActionContext) {
        guard let requestID = RequestID(context.requestID), let decision = Decision(rawValue: context.action),
            let issued = Timestamp(canonical: context.issued), let expires = Timestamp(canonical: context.expires)
        else { return nil }
        (self.requestID, self.decision) = (requestID, decision)
        binding = Binding(
            cluster: context.cluster, channelID: context.channelID, recipient: context.recipient, issued: issued,
            expires: expires)
    }

    /// The same of a context that the original plugin signed.
    init?(checkedLegacy context: ActionContext) {
        guard let requestID = RequestID(context.requestID), let decision = Decision(rawValue: context.action) else {
            return nil
        }
        (self.requestID, self.decision, binding) = (requestID, decision, nil)
    }
}

extension Timestamp {
    /// Decimal digits without sign or leading zeros, as ``ActionSigner`` and Mattermost write them.
    init?(canonical text: some StringProtocol) {
        guard let milliseconds = Int64(text), milliseconds >= 0, String(milliseconds) == text else { return nil }
        self.init(milliseconds: milliseconds)
    }
}
