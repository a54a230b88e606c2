import Access
import Logging
import Mattermost

/// Whether the person may: asked of Mattermost anew on each click, and of the policy.
extension Approvals {
    /// True for one who withdraws their own request.
    func authorise(_ click: Click, _ request: AccessRequest, _ facts: Facts) async throws(Refusal) -> Bool {
        let policy = environment.policy
        async let channels = channels(of: facts.clicker, among: policy.channels(for: request, facts.clicker))
        // Only who approves could be the requester under another name; a denial takes nothing from anybody.
        async let accounts = click.decision == .approve && !policy.allowsSelf ? accounts(of: request) : []
        async let isRecipient = policy.isOpen(request) && !policy.allowsSuggested ? isRecipient(click, request, facts) : true
        let clicker: ApprovalPolicy.Clicker
        do {
            clicker = .init(
                user: facts.clicker, isMember: facts.isMember == true, isRecipient: try await isRecipient,
                channels: try await channels,
                requesterAccounts: try await accounts)
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            environment.logger.warning(
                "Could not look up who may decide: \(error)", metadata: .request(click.requestID, click.post))
            throw Refusal(.lookupFailed, ClickWords.noMembership)
        }
        switch policy.verdict(click.decision, request, by: clicker) {
        case .approver: return false
        case .withdrawal: return true
        case .refused(let objection): throw Refusal(objection)
        }
    }

    /// Those that the person is a member of.
    private func channels(of user: ChatUser, among names: Set<ChannelName>) async throws -> Set<ChannelName> {
        let chat = environment.chat
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

    /// Whether the click came from a channel that the configuration names for the request, or the person is in one.
    private func isRecipient(_ click: Click, _ request: AccessRequest, _ facts: Facts) async throws -> Bool {
        let found = await environment.recipients.configured(for: request)
        let named = found.places.map(\.channelID)
        if named.contains(click.post.channelID) { return facts.isMember == true }
        for channelID in named where try await environment.chat.isMember(facts.clicker.id, of: channelID) { return true }
        if let failure = found.failures.first { throw failure }
        return false
    }

    /// The ids of the requester's accounts that the configuration names. One that is not there may have another name by now, so
    /// that nobody knows whose request it is.
    private func accounts(of request: AccessRequest) async throws -> Set<String> {
        let policy = environment.policy
        let keys = policy.accounts(of: request)
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

    /// Whose user name or address is the Teleport user's name.
    private func anyAccount(of user: String) async throws -> String {
        let name = user.lowercased()
        if MattermostName.isUsername(name), let id = try await account({ try await $0.user(named: name) }) { return id }
        if MattermostName.isEmail(name), let id = try await account({ try await $0.user(emailed: name) }) { return id }
        throw Refusal(.lookupFailed, ClickWords.unknownRequester)
    }

    /// Nil for one that is not there.
    private func account(_ look: (any ChatService) async throws -> ChatUser) async throws -> String? {
        do {
            return try await look(environment.chat).id
        } catch let error as MattermostError where error.code == .notFound {
            return nil
        }
    }
}

extension Approvals.Refusal {
    init(_ objection: ApprovalPolicy.Objection) {
        let why: Why =
            switch objection {
            case .bot: .bot
            case .deactivated: .deactivated
            case .outsider: .notInChannel
            case .guest: .guest
            case .ownRequest: .ownRequest
            case .hiddenAddress: .lookupFailed
            case .notApprover: .notApprover
            case .onlySuggested: .onlySuggested
            }
        self.init(why, ClickWords.refused(objection))
    }
}
