/// Finds the channels that requests are posted to. Lookups are remembered, and each is bounded in time by ``ChatService``.
package protocol RecipientDirectory: Sendable {
    /// The recipients that the configuration names.
    var rules: RecipientRules { get }

    /// Returns the channels of one request: those that monitoring rules name or, where none does, those of its roles and those
    /// of the reviewers whom the requester suggests.
    ///
    /// The rules are asked only for a request that was not posted yet. After that its record says whom they named.
    /// - Throws: an error of Teleport, if the rules cannot be evaluated for a reason that passes by itself.
    func places(for request: AccessRequest, _ record: PluginRecord) async throws(TeleportError) -> FoundRecipients

    /// Returns the channels in which a role of a posted request is told by itself.
    func places(ofRole role: String, in request: AccessRequest, _ record: PluginRecord) async -> FoundRecipients

    /// Returns the channels of the recipients who are told of the request by now because nobody has decided it.
    func escalated(for request: AccessRequest, at now: Timestamp) async -> FoundRecipients
}

/// A recipient and the channel in which it is told of a request.
package struct RecipientPlace: Hashable, Sendable {
    package var channelID: String
    package var recipient: Recipient
    package var kind: ChannelInfo.Kind
    /// Whether only the requester names the recipient, and not the configuration.
    package var isSuggested: Bool

    package init(channelID: String, recipient: Recipient, kind: ChannelInfo.Kind, isSuggested: Bool) {
        self.channelID = channelID
        self.recipient = recipient
        self.kind = kind
        self.isSuggested = isSuggested
    }
}

/// The recipients that were found, and the errors of those that were not. One that cannot be found does not hold up the others.
package struct FoundRecipients: Sendable {
    /// The recipients that were found, at most one for each channel.
    package var places: [RecipientPlace] = []
    /// The errors of the recipients that were not found.
    package var failures: [MattermostError] = []
    /// The recipients that monitoring rules named, if they are to be told. They have to be recorded with the request.
    package var byRules: RuleRecipients?
    /// The reason why nobody is told although somebody should be: it is unknown whom the monitoring rules name.
    package var undecided: Notice?

    package init() {}
}
