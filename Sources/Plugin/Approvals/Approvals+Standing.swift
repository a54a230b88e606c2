import Access
import Logging

/// Whether the person may: asked of Mattermost anew on each click, and of the policy.
extension Approvals {
    /// True for one who withdraws their own request.
    func authorise(_ click: Click, _ request: AccessRequest, _ facts: Facts) async throws(Refusal) -> Bool {
        let policy = environment.policy
        async let channels = channels(of: facts.clicker, among: policy.channels(for: request, facts.clicker))
        // Only who approves could be the requester under another name; a denial takes nothing from anybody.
        let names = click.decision == .approve && !policy.allowsSelf ? policy.accounts(of: request) : []
        async let accounts = accounts(named: names)
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
        let found = await environment.recipients.places(for: request)
        let named = found.places.filter { !$0.isSuggested }.map(\.channelID)
        if named.contains(click.post.channelID) { return facts.isMember == true }
        for channelID in named where try await environment.chat.isMember(facts.clicker.id, of: channelID) { return true }
        if let failure = found.failures.first { throw failure }
        return false
    }

    /// The ids of accounts. One that is not there may have another name by now, so that nobody knows whose request it is.
    private func accounts(named names: [String]) async throws -> Set<String> {
        try await withThrowingTaskGroup(of: String.self) { group in
            for name in names {
                group.addTask { try await account(named: name) }
            }
            return try await group.reduce(into: []) { $0.insert($1) }
        }
    }
}

extension Approvals {
    private func account(named name: String) async throws -> String {
        do {
            return try await environment.chat.user(named: name).id
        } catch {
            guard error.code == .notFound else { throw error }
            throw Refusal(.lookupFailed, ClickWords.noRequester)
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
