/// Decides who may approve or deny a request. The policy is pure: everything that it depends on was looked up for this click.
package struct ApprovalPolicy: Equatable, Sendable {
    /// For the roles without an entry of their own; empty: every member of a channel that the role's requests go to.
    package var approvers: [Approver] = []
    package var roles: [String: [Approver]] = [:]
    package var allowsSelf = false
    package var allowsGuests = false
    /// Whether a reviewer whom the requester alone named may decide, where no approvers are set.
    package var allowsSuggested = false
    /// Whether nobody approves while no Mattermost account can be found that is the requester's.
    package var requiresKnownRequester = false
    /// Mattermost user name, in lower case, or account id, which no change of name gets around, to Teleport user.
    package var users: [String: String] = [:]

    package init() {}

    /// A person as Mattermost knows them at the time of the click.
    package struct Clicker: Equatable {
        var user: ChatUser
        /// Whether the person is a member of the channel that the post is in.
        var isMember = true
        /// Roles without named approvers that the configuration tells the person nothing of; the empty one stands for a request
        /// without roles. Whoever is told of one role alone approves no other that the requester put beside it.
        var untold: Set<String> = []
        /// The approvers' channels that the person is a member of.
        var channels: Set<ChannelName> = []
        /// Ids of the accounts that are known to be the requester's.
        var requesterAccounts: Set<String> = []

        package init(
            user: ChatUser, isMember: Bool = true, untold: Set<String> = [], channels: Set<ChannelName> = [],
            requesterAccounts: Set<String> = []
        ) {
            self.user = user
            self.isMember = isMember
            self.untold = untold
            self.channels = channels
            self.requesterAccounts = requesterAccounts
        }
    }

    package enum Verdict: Equatable {
        case approver
        /// Not an approver perhaps, but it is the person's own request.
        case withdrawal
        case refused(Objection)
    }

    package enum Objection: Equatable {
        case bot, deactivated, outsider, guest
        case ownRequest(others: [Need])
        /// The request's user is an address, and Mattermost does not show the person's.
        case hiddenAddress
        /// The request's user has a name that can be written in several ways.
        case unclearName
        case notApprover([Need])
        /// Told by the requester's choice alone, which must not be the choice of the approver.
        case onlySuggested
    }

    /// Roles whose deciding takes one of the same approvers.
    package struct Need: Equatable {
        /// Empty where it is the whole request, whatever its roles.
        var roles: [String]
        /// Empty: whoever is told of the roles.
        var approvers: [Approver]
    }

    package func verdict(_ decision: Decision, _ request: AccessRequest, by clicker: Clicker) -> Verdict {
        if let objection = objection(to: clicker) { return .refused(objection) }
        let needs = needs(of: request)
        let likeness = likeness(clicker, request)
        if likeness == .same {
            if decision == .deny, isPerhaps(clicker.user, request.user) { return .withdrawal }
            guard decision == .deny || allowsSelf else { return .refused(.ownRequest(others: needs)) }
        } else if decision == .approve, !allowsSelf, likeness == .unknown {
            return .refused(PersonName.isUnclear(request.user) ? .unclearName : .hiddenAddress)
        }
        let missing = needs.compactMap { unmet($0, request, clicker) }
        guard !missing.isEmpty else { return .approver }
        let isToldOfNone = openRoles(of: request).allSatisfy(clicker.untold.contains)
        let areOpen = missing.allSatisfy(\.approvers.isEmpty)
        return .refused(areOpen && isToldOfNone ? .onlySuggested : .notApprover(missing))
    }

    /// Returns why the person may decide nothing at all, or nil.
    package func objection(to clicker: Clicker) -> Objection? {
        if clicker.user.isBot { return .bot }
        if clicker.user.isDeleted { return .deactivated }
        if !clicker.isMember { return .outsider }
        return clicker.user.isGuest && !allowsGuests ? .guest : nil
    }

    /// The roles for which nobody is named: it takes no more than being told of them.
    package func openRoles(of request: AccessRequest) -> [String] {
        needs(of: request).filter(\.approvers.isEmpty).flatMap { roles(of: $0, request) }
    }

    /// The channels whose members the verdict depends on.
    package func channels(for request: AccessRequest, _ user: ChatUser) -> Set<ChannelName> {
        var channels: Set<ChannelName> = []
        for need in needs(of: request) where !need.approvers.contains(where: { $0.names(user) }) {
            channels.formUnion(need.approvers.compactMap(\.channel))
        }
        return channels
    }

    /// The Mattermost user names that `users` gives the requester.
    package func accounts(of request: AccessRequest) -> [String] { accounts(ofUser: request.user) }

    package func accounts(ofUser user: String) -> [String] {
        users.filter { Self.isSame($0.value, user) }.map(\.key).sorted()
    }

    /// The person's user name in Teleport, if `users` maps one to them.
    package func teleportUser(of user: ChatUser) -> String? {
        let name = user.username.lowercased()
        return users[user.id] ?? (Self.isAccountID(name) ? nil : users[name])
    }

    /// A key of `users` that is an account's id, and no user name, which anybody could take.
    package static func isAccountID(_ key: String) -> Bool { key.utf8.count == 26 && MattermostName.isID(key) }

    package enum Likeness {
        case same, other
        /// The Teleport user is an address, and Mattermost does not show the person's.
        case unknown
    }

    /// Whether a person is that Teleport user: by `users` where it tells whose that is, else by user name or e-mail address, whatever
    /// `users` says of the person, who may have two Teleport users. Capital letters do not matter: rather one too many than one
    /// too few.
    package func compare(_ user: ChatUser, with teleportUser: String) -> Likeness {
        guard !teleportUser.isEmpty else { return .other }
        let mapped = self.teleportUser(of: user)
        guard accounts(ofUser: teleportUser).isEmpty else {
            return mapped.map { Self.isSame($0, teleportUser) } ?? false ? .same : .other
        }
        if Self.isSame(user.username, teleportUser) || Self.isSame(user.email, teleportUser) { return .same }
        guard mapped == nil else { return .other }
        return user.email.isEmpty && teleportUser.contains("@") || PersonName.isUnclear(teleportUser) ? .unknown : .other
    }

    /// Whether the person is the requester.
    private func likeness(_ clicker: Clicker, _ request: AccessRequest) -> Likeness {
        clicker.requesterAccounts.contains(clicker.user.id) ? .same : compare(clicker.user, with: request.user)
    }

    /// Whether nothing speaks against the person's being that Teleport user.
    private func isPerhaps(_ user: ChatUser, _ teleportUser: String) -> Bool {
        self.teleportUser(of: user).map { Self.isSame($0, teleportUser) } ?? true
    }

    static func isSame(_ one: String, _ other: String) -> Bool { PersonName.folded(one) == PersonName.folded(other) }

    func needs(of request: AccessRequest) -> [Need] {
        guard request.roles.contains(where: { roles[$0] != nil }) else { return [Need(roles: [], approvers: approvers)] }
        var needs: [Need] = []
        for role in request.roles {
            let approvers = roles[role] ?? approvers
            if let index = needs.firstIndex(where: { $0.approvers == approvers }) {
                needs[index].roles.append(role)
            } else {
                needs.append(Need(roles: [role], approvers: approvers))
            }
        }
        return needs
    }

    /// Returns the part of a need that the person does not meet, or nil.
    private func unmet(_ need: Need, _ request: AccessRequest, _ clicker: Clicker) -> Need? {
        guard need.approvers.isEmpty else {
            let isMet = need.approvers.contains { $0.names(clicker.user) || $0.channel.map(clicker.channels.contains) == true }
            return isMet ? nil : need
        }
        let untold = roles(of: need, request).filter(clicker.untold.contains)
        return untold.isEmpty ? nil : Need(roles: untold.filter { !$0.isEmpty }, approvers: [])
    }

    private func roles(of need: Need, _ request: AccessRequest) -> [String] {
        guard need.roles.isEmpty else { return need.roles }
        return request.roles.isEmpty ? [""] : request.roles
    }
}
