/// Tells where requests are posted. Lookups are remembered, and each is bounded in time by ``ChatService``.
package protocol RecipientDirectory: Sendable {
    /// The recipients that the configuration names.
    var rules: RecipientRules { get }

    /// The channels of one request: those of its roles, and those of the reviewers whom the requester suggests.
    func places(for request: AccessRequest) async -> FoundRecipients

    /// The channels that the configuration names for all requests and for these roles.
    func configured(forRoles roles: [String]) async -> FoundRecipients
}

/// The channel of a recipient.
package struct RecipientPlace: Hashable, Sendable {
    package var channelID: String
    package var recipient: Recipient
    package var kind: ChannelInfo.Kind
    /// Named by the requester alone, and not by the configuration.
    package var isSuggested: Bool

    package init(channelID: String, recipient: Recipient, kind: ChannelInfo.Kind, isSuggested: Bool) {
        self.channelID = channelID
        self.recipient = recipient
        self.kind = kind
        self.isSuggested = isSuggested
    }
}

/// The recipients that were found and those that were not: one that cannot be found does not hold up the others.
package struct FoundRecipients: Sendable {
    /// At most one for each channel.
    package var places: [RecipientPlace] = []
    package var failures: [MattermostError] = []

    package init() {}
}
