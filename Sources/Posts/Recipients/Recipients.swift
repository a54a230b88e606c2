package import Access
package import Logging
import Synchronization

/// Finds the channels where requests are posted. Each recipient's channel is looked up once and then remembered.
package final class Recipients: RecipientDirectory {
    struct Channel {
        var id: String
        var kind: ChannelInfo.Kind
    }

    private enum Memory {
        case channel(Channel)
        /// The look-up failed. It is not repeated before this elapsed time.
        case failed(MattermostError, until: Duration)
    }

    private struct Known {
        var channels: [Recipient: Memory] = [:]
        var bot: ChatUser?
        var skipped: Set<RequestID> = []
    }

    /// The largest number of remembered recipients, and of remembered requests without recipients. A limit is needed because
    /// anybody who may ask for a role can suggest recipients.
    private static let memoryLimit = 1000
    private static let suggestionLimit = 20
    private static let pause = Duration.seconds(5)

    package let rules: RecipientRules
    let chat: any ChatService
    private let logger: Logger
    private let elapsed: @Sendable () -> Duration
    /// The monitoring rules of Teleport; nil if they are not used.
    private let monitoring: RuleKeeper?
    private let known = Mutex(Known())

    package init(
        _ rules: RecipientRules, monitoring: RuleKeeper? = nil, chat: any ChatService, logger: Logger,
        elapsed: @escaping @Sendable () -> Duration
    ) {
        self.rules = rules
        self.monitoring = monitoring
        self.chat = chat
        self.logger = logger
        self.elapsed = elapsed
    }

    /// Returns the channels of a request. A monitoring rule whose recipients do not exist names nobody, so the recipients of the
    /// configuration are told in its place.
    package func places(
        for request: AccessRequest, _ record: PluginRecord
    ) async throws(TeleportError) -> FoundRecipients {
        let named: RuleRecipients
        var found = FoundRecipients()
        switch try await verdict(on: request, record) {
        case .nobody: return await ordinary(for: request)
        case .named(let recipients): named = recipients
        case .undecided(let notice):
            found.undecided = notice
            return found
        }
        for entry in named.entries { await add(rule: entry.name, to: &found) }
        let isPosted = !record.posts.isEmpty
        guard !found.places.isEmpty || isPosted || found.failures.contains(where: { !$0.isLasting }) else {
            var ordinary = await ordinary(for: request)
            ordinary.failures += found.failures
            return ordinary
        }
        found.byRules = named
        return found
    }

    /// Returns the recipients that the record says the rules named, or asks the rules if the request was not posted yet.
    private func verdict(on request: AccessRequest, _ record: PluginRecord) async throws(TeleportError) -> RuleVerdict {
        if let recorded = record.ruleRecipients { return .named(recorded) }
        guard request.state == .pending, record.posts.isEmpty, let monitoring else { return .nobody }
        return try await monitoring.verdict(on: request)
    }

    /// Returns the channels of the recipients that the configuration names for the request's roles, and of the reviewers whom
    /// the requester suggests by e-mail address.
    private func ordinary(for request: AccessRequest) async -> FoundRecipients {
        let named = rules.recipients(ofRoles: request.roles)
        var found = await places(of: named)
        let suggested = request.suggestedReviewers.compactMap(Recipient.init(suggested:)).filter { !named.contains($0) }
        for recipient in suggested.prefix(Self.suggestionLimit) {
            await add(recipient, isSuggested: true, to: &found)
        }
        return found
    }

    package func places(ofRole role: String, in request: AccessRequest, _ record: PluginRecord) async -> FoundRecipients {
        await places(of: rules.narrowed(to: request, record).recipients(ofRoles: role.isEmpty ? [] : [role]))
    }

    /// The recipients of the configuration, with those that any monitoring rule names among the recipients of every request.
    package var rulesIncludingMonitoring: RecipientRules {
        var all = rules
        all.always += monitoring?.named.compactMap { Recipient($0) } ?? []
        return all
    }

    /// Returns the channels of all recipients that the configuration or a monitoring rule names.
    package func configured() async -> FoundRecipients { await places(of: rulesIncludingMonitoring.all) }

    /// Returns the channels of the recipients that any monitoring rule names and the configuration does not.
    package func namedByMonitoring() async -> FoundRecipients {
        let own = Set(rules.all)
        var found = FoundRecipients()
        for name in monitoring?.named ?? [] where !(Recipient(name).map(own.contains) ?? false) {
            await add(rule: name, to: &found)
        }
        return found
    }

    /// Returns the channels of all recipients that may have been told of a request that is gone.
    func configured(_ record: PluginRecord) async -> FoundRecipients {
        var found = await configured()
        for entry in record.ruleRecipients?.entries ?? [] { await add(rule: entry.name, to: &found) }
        return found
    }

    private func add(rule name: String, to found: inout FoundRecipients) async {
        guard let recipient = Recipient(name) else {
            let shown = OneLine.bounded(name, 64).debugDescription
            found.failures.append(
                MattermostError(
                    .notFound, "The recipient \(shown) of a monitoring rule is neither team/channel nor an e-mail address.",
                    isDefinite: true, mend: "Mend the rule in Teleport: tctl edit access_monitoring_rule."))
            return
        }
        await add(recipient, isSuggested: false, to: &found)
    }

    /// Returns the bot's own account, which is looked up once.
    package func bot() async throws(MattermostError) -> ChatUser {
        if let bot = known.withLock({ $0.bot }) { return bot }
        let bot = try await chat.me()
        known.withLock { $0.bot = bot }
        return bot
    }

    package func botID() async throws(MattermostError) -> String { try await bot().id }

    /// Logs that a request has no recipients, once for each request.
    func skip(_ id: RequestID) {
        let isNews = known.withLock { known in
            if known.skipped.count >= Self.memoryLimit { known.skipped = [] }
            return known.skipped.insert(id).inserted
        }
        guard isNews else { return }
        logger.info("The request has no recipients and suggests no reviewers, so it is not posted", metadata: .request(id))
    }

    /// Forgets a channel that refused a post, so that it is looked up again: it may have been archived and created anew under
    /// its old name.
    func forget(channelID: String) {
        known.withLock { known in
            known.channels = known.channels.filter {
                if case .channel(let channel) = $0.value { channel.id != channelID } else { true }
            }
        }
    }

    package func places(of recipients: [Recipient]) async -> FoundRecipients {
        var found = FoundRecipients()
        for recipient in recipients { await add(recipient, isSuggested: false, to: &found) }
        return found
    }

    private func add(_ recipient: Recipient, isSuggested: Bool, to found: inout FoundRecipients) async {
        do {
            let channel = try await channel(of: recipient)
            guard !found.places.contains(where: { $0.channelID == channel.id }) else { return }
            found.places.append(
                RecipientPlace(channelID: channel.id, recipient: recipient, kind: channel.kind, isSuggested: isSuggested))
        } catch {
            // A requester may suggest anybody, so a suggested reviewer without an account is common and no failure.
            let isNobody = isSuggested && (error.code == .notFound || error.code == .forbidden)
            if !isNobody { found.failures.append(error) }
        }
    }

    func channel(of recipient: Recipient) async throws(MattermostError) -> Channel {
        switch known.withLock({ $0.channels[recipient] }) {
        case .channel(let channel): return channel
        case .failed(let error, let until) where elapsed() < until: throw error
        default: break
        }
        do {
            let channel = try await lookUp(recipient)
            remember(recipient, .channel(channel))
            return channel
        } catch {
            let named = error.reworded("Recipient \"\(recipient)\": \(error.words)", mend: error.mend)
            if error.code == .notFound || error.code == .forbidden {
                if !isKnownToFail(recipient) {
                    if case .account = recipient {} else { logger.warning("\(named.message)") }
                }
                remember(recipient, .failed(named, until: elapsed() + Self.pause))
            }
            throw named
        }
    }

    private func isKnownToFail(_ recipient: Recipient) -> Bool {
        if case .failed = known.withLock({ $0.channels[recipient] }) { true } else { false }
    }

    private func remember(_ recipient: Recipient, _ memory: Memory) {
        known.withLock { known in
            if known.channels.count >= Self.memoryLimit { known.channels = [:] }
            known.channels[recipient] = memory
        }
    }

    private func lookUp(_ recipient: Recipient) async throws(MattermostError) -> Channel {
        let bot = try await bot()
        switch recipient {
        case .channel(let name):
            let channel = try await ChannelFinder(chat: chat, bot: bot).find(name)
            if channel.name != name.channel {
                logger.info(
                    """
                    Recipient "\(name)" is the channel \(OneLine.bounded(channel.name, 64)). Better write that name, from its \
                    URL: names that people see can be given to other channels too
                    """)
            }
            return Channel(id: channel.id, kind: channel.kind)
        case .person(let address): return try await directChannel(with: chat.user(emailed: address), bot)
        case .account(let name): return try await directChannel(with: chat.user(named: name), bot)
        }
    }

    private func directChannel(with person: ChatUser, _ bot: ChatUser) async throws(MattermostError) -> Channel {
        guard !person.isDeleted else {
            throw MattermostError(
                .notFound, "the account @\(person.username) is deactivated.", isDefinite: true, mend: "Name somebody else.")
        }
        return Channel(id: try await chat.directChannelID(of: bot.id, with: person.id), kind: .direct)
    }
}

extension Recipient {
    /// Creates a recipient from a suggested reviewer. Only e-mail addresses name people in Mattermost; Teleport user names do
    /// not, so they give nil.
    fileprivate init?(suggested text: String) {
        guard let recipient = Recipient(text), case .person = recipient else { return nil }
        self = recipient
    }
}
