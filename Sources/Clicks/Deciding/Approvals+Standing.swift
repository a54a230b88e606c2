import Access
import Logging

/// Decides whether the person may decide. Mattermost is asked anew for each click, so that a person who has left a channel
/// loses the right at once.
extension Approvals {
    /// Refuses a person who may not decide. Returns true if the person withdraws their own request.
    func authorise(_ click: Click, _ request: AccessRequest, _ facts: Facts) async throws(Refusal) -> Bool {
        let policy = context.policy
        async let channels = channels(of: facts.clicker, among: policy.channels(for: request, facts.clicker))
        // The requester's accounts matter only for approvals, where the requester could approve under another name. A denial
        // grants nothing to anybody.
        async let accounts = click.decision == .approve && !policy.allowsSelf ? accounts(of: request, facts) : []
        async let untold = untold(click, request, facts)
        let clicker: ApprovalPolicy.Clicker
        do {
            clicker = .init(
                user: facts.clicker, isMember: facts.isMember == true, untold: try await untold,
                channels: try await channels, requesterAccounts: try await accounts, identity: facts.identity)
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            context.logger.warning(
                "Could not look up who may decide: \(error)", metadata: .request(click.requestID, click.post))
            if let error = error as? TeleportError { throw Refusal(untold: .failed(error)) }
            throw Refusal(.lookupFailed, ClickWords.noMembership)
        }
        switch policy.verdict(click.decision, request, by: clicker) {
        case .approver: return false
        case .withdrawal: return true
        case .refused(let objection):
            let rules = context.recipients.rules.narrowed(to: request, facts.record)
            throw Refusal(objection, rules, roles: request.roles.count)
        }
    }

    /// Returns the channels that the person is a member of.
    private func channels(of user: ChatUser, among names: Set<ChannelName>) async throws -> Set<ChannelName> {
        let chat = context.chat
        return try await withThrowingTaskGroup(of: ChannelName?.self) { group in
            for name in names {
                group.addTask {
                    let id = try await chat.channel(team: name.team, channel: name.channel).id
                    return try await chat.isMember(user.id, of: id) ? name : nil
                }
            }
            return try await group.reduce(into: []) { if let name = $1 { $0.insert(name) } }
        }
    }

    /// Returns the roles without named approvers whose requests go to no channel that the person is in. Nobody may decide such
    /// a role if its requests go to no channel at all.
    private func untold(_ click: Click, _ request: AccessRequest, _ facts: Facts) async throws -> Set<String> {
        let roles = context.policy.openRoles(of: request)
        if roles.isEmpty { return [] }
        if context.policy.allowsSuggested, await isSuggested(click, request, facts.record) { return [] }
        var memberships = [click.post.channelID: facts.isMember == true]
        if !context.recipients.rules.escalations.isEmpty {
            // A step of the reminders tells its recipients of the whole request, so they may decide each of its roles.
            let escalated = await context.recipients.escalated(for: request, at: context.clocks.now())
            if try await isInOne(of: escalated.places.map(\.channelID), facts.clicker, &memberships) { return [] }
        }
        var untold: Set<String> = []
        for role in Set(roles) {
            let found = await context.recipients.places(ofRole: role, in: request, facts.record)
            let isTold = try await isInOne(of: found.places.map(\.channelID), facts.clicker, &memberships)
            if !isTold, let failure = found.failures.first { throw failure }
            if !isTold { untold.insert(role) }
        }
        return untold
    }

    private func isInOne(of channelIDs: [String], _ user: ChatUser, _ known: inout [String: Bool]) async throws -> Bool {
        if channelIDs.contains(where: { known[$0] == true }) { return true }
        for channelID in channelIDs where known[channelID] == nil {
            let isMember = try await context.chat.isMember(user.id, of: channelID)
            known[channelID] = isMember
            if isMember { return true }
        }
        return false
    }

    /// Whether the post was made for a reviewer whom the requester suggested.
    private func isSuggested(_ click: Click, _ request: AccessRequest, _ record: PluginRecord) async -> Bool {
        let found = try? await context.recipients.places(for: request, record)
        return found?.places.contains { $0.isSuggested && $0.channelID == click.post.channelID } ?? false
    }

    /// Returns the ids of the requester's accounts that the configuration or the trait names. If an account is not found the
    /// click is refused, because the account may have been renamed and nobody can tell whose request this is.
    private func accounts(of request: AccessRequest, _ facts: Facts) async throws -> Set<String> {
        let policy = context.policy
        var keys = policy.accounts(of: request)
        // Without `require_known_requester`, the trait is asked only about a person whom the configuration names, because that
        // person may have a second Teleport user, the requester's. A person who was found by the trait has one Teleport user,
        // which is known to be another one than the requester's.
        if keys.isEmpty, policy.userTrait != nil, policy.requiresKnownRequester || policy.teleportUser(of: facts.clicker) != nil
        {
            keys = try await context.identities.accounts(ofUser: request.user)
        }
        guard !keys.isEmpty else { return policy.requiresKnownRequester ? [try await anyAccount(of: request.user)] : [] }
        return try await withThrowingTaskGroup(of: String.self) { group in
            for key in keys where !ApprovalPolicy.isAccountID(key) {
                group.addTask {
                    guard let id = try await account({ try await $0.user(named: key) }) else {
                        throw Refusal(.lookupFailed, ClickWords.noRequester)
                    }
                    return id
                }
            }
            return try await group.reduce(into: Set(keys.filter(ApprovalPolicy.isAccountID))) { $0.insert($1) }
        }
    }

    /// Returns the id of the account that has the Teleport user's name as its user name or address.
    private func anyAccount(of user: String) async throws -> String {
        let name = user.lowercased()
        // With `user_trait`, a user name or an address identifies nobody.
        guard context.policy.userTrait == nil else { throw Refusal(.lookupFailed, ClickWords.unknownRequester) }
        if MattermostName.isUsername(name), let id = try await account({ try await $0.user(named: name) }) { return id }
        if MattermostName.isEmail(name), let id = try await account({ try await $0.user(emailed: name) }) { return id }
        throw Refusal(.lookupFailed, ClickWords.unknownRequester)
    }

    /// Returns the account's id. This is nil if the account does not exist.
    private func account(_ look: (any ChatService) async throws -> ChatUser) async throws -> String? {
        do {
            return try await look(context.chat).id
        } catch let error as MattermostError where error.code == .notFound {
            return nil
        }
    }
}

extension Approvals.Refusal {
    init(_ objection: ApprovalPolicy.Objection, _ rules: RecipientRules, roles: Int = 1) {
        let why: Why =
            switch objection {
            case .bot: .bot
            case .deactivated: .deactivated
            case .outsider: .notInChannel
            case .guest: .guest
            case .ownRequest: .ownRequest
            case .hiddenAddress, .unclearName: .lookupFailed
            case .untold(let identity): Why(untold: identity)
            case .notApprover: .notApprover
            case .onlySuggested: .onlySuggested
            }
        self.init(why, ClickWords.refused(objection, rules, roles: roles))
    }
}
