package import Access

/// The action of a button whose signature is valid. Only ``ActionSigner/verify(_:cluster:at:)`` makes one.
package struct VerifiedAction: Hashable, Sendable {
    /// The values that the signature covers besides request and decision.
    package struct Binding: Hashable, Sendable {
        package let cluster: String
        package let channelID: String
        package let recipient: String
        package let issued: Timestamp
        package let expires: Timestamp
    }

    package let requestID: RequestID
    package let decision: Decision
    /// The other signed values. Nil for buttons of the original plugin, whose signatures cover only request and decision and do
    /// not expire.
    package let binding: Binding?

    /// Reads a context whose signature has been checked. Nil when a field is malformed.
    init?(checked context: ActionContext) {
        guard let requestID = RequestID(context.requestID), let decision = Decision(rawValue: context.action),
            let issued = Timestamp(canonical: context.issued), let expires = Timestamp(canonical: context.expires)
        else { return nil }
        (self.requestID, self.decision) = (requestID, decision)
        binding = Binding(
            cluster: context.cluster, channelID: context.channelID, recipient: context.recipient, issued: issued,
            expires: expires)
    }

    /// Reads a context of the original plugin whose signature has been checked. Nil when a field is malformed.
    init?(checkedLegacy context: ActionContext) {
        guard let requestID = RequestID(context.requestID), let decision = Decision(rawValue: context.action) else {
            return nil
        }
        (self.requestID, self.decision, binding) = (requestID, decision, nil)
    }
}

extension Timestamp {
    /// Accepts only decimal digits without sign or leading zeros, as ``ActionSigner`` and Mattermost write them.
    init?(canonical text: String) {
        guard text.hasOnly({ (0x30...0x39).contains($0) }), text == "0" || text.utf8.first != UInt8(ascii: "0"),
            let milliseconds = Int64(text)
        else { return nil }
        self.init(milliseconds: milliseconds)
    }
}
