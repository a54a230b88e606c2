/// Decides who may approve or deny a request. The policy is pure: everything that it depends on was looked up for this click.
package struct ApprovalPolicy: Equatable, Sendable {
    /// The approvers of the roles without an entry in ``roles``. If empty, every member of a channel that the role's requests
    /// are posted to may decide.
    package var approvers: [Approver] = []
    /// The approvers of single roles, by the role's name.
    package var roles: [String: [Approver]] = [:]
    /// Whether people may approve their own requests. They can always deny one, which withdraws it.
    package var allowsSelf = false
    /// Whether guest accounts of Mattermost may decide.
    package var allowsGuests = false
    /// Whether a reviewer whom only the requester named may decide, where no approvers are set.
    package var allowsSuggested = false
    /// Whether a request can be approved only after the requester's Mattermost account has been found.
    package var requiresKnownRequester = false
    /// Maps accounts of Mattermost to Teleport users. A key is a user name in lower case, or an account id, which stays valid
    /// when the account's user name changes.
    package var users: [String: String] = [:]
    /// The trait of Teleport users whose values are ids or user names of Mattermost accounts; nil if there is none.
    package var userTrait: String?
    /// Whether a person's e-mail address is the name of their Teleport user, where ``userTrait`` is nil.
    package var emailIsUser = false

    package init() {}

    /// A person as Mattermost knows them at the time of the click.
    package struct Clicker: Equatable {
        var user: ChatUser
        /// Whether the person is a member of the channel that the post is in.
        var isMember = true
        /// The roles without named approvers whose requests the configuration does not post to this person; an empty string
        /// stands for a request without roles. They exist because a requester can put two roles into one request: a person who
        /// is told of only one of them must not approve the other.
        var untold: Set<String> = []
        /// The approvers' channels that the person is a member of.
        var channels: Set<ChannelName> = []
        /// The ids of the Mattermost accounts that are known to be the requester's.
        var requesterAccounts: Set<String> = []
        /// What is known of the person's user in Teleport.
        var identity = TeleportIdentity.unknown

        package init(
            user: ChatUser, isMember: Bool = true, untold: Set<String> = [], channels: Set<ChannelName> = [],
            requesterAccounts: Set<String> = [], identity: TeleportIdentity = .unknown
        ) {
            self.user = user
            self.identity = identity
            self.isMember = isMember
            self.untold = untold
            self.channels = channels
            self.requesterAccounts = requesterAccounts
        }
    }

    /// The policy's answer to a click.
    package enum Verdict: Equatable {
        /// The person may make the decision.
        case approver
        /// The person denies a request of their own, which withdraws it. This does not take an approver.
        case withdrawal
        /// The person may not make the decision.
        case refused(Objection)
    }

    /// The reason why a person may not decide a request.
    package enum Objection: Equatable {
        /// The account is a bot, is deactivated, is not a member of the post's channel, or is a guest.
        case bot, deactivated, outsider, guest
        /// The person made the request. `others` says who can approve it.
        case ownRequest(others: [Need])
        /// The Teleport user is an e-mail address, and Mattermost hides the person's address, so the request may be their own.
        case hiddenAddress
        /// The Teleport user has a name that can be written in several ways, so the request may be the person's own.
        case unclearName
        /// The trait does not tell the person's Teleport user, so the request may be the person's own.
        case untold(TeleportIdentity)
        /// The person does not meet these needs.
        case notApprover([Need])
        /// The person is told of the request only because the requester suggested them, and a requester must not choose the
        /// approver.
        case onlySuggested
    }

    /// A group of roles that the same approvers decide. A person may decide a request if they meet all of its needs.
    package struct Need: Equatable {
        /// The roles of the group. Empty if the need is about the whole request, whatever its roles are.
        var roles: [String]
        /// The approvers, of whom one is enough. If empty, anybody who is told of the roles may decide.
        var approvers: [Approver]
    }

    /// Returns whether the person may make this decision on the request.
    package func verdict(_ decision: Decision, _ request: AccessRequest, by clicker: Clicker) -> Verdict {
        if let objection = objection(to: clicker) { return .refused(objection) }
        let needs = needs(of: request)
        let likeness = likeness(clicker, request)
        if likeness == .same {
            if decision == .deny, isPerhaps(clicker, request.user) { return .withdrawal }
            guard decision == .deny || allowsSelf else { return .refused(.ownRequest(others: needs)) }
        } else if decision == .approve, !allowsSelf, likeness == .unknown {
            return .refused(doubt(about: clicker, request))
        }
        let missing = needs.compactMap { unmet($0, request, clicker) }
        guard !missing.isEmpty else { return .approver }
        let isToldOfNone = openRoles(of: request).allSatisfy(clicker.untold.contains)
        let areOpen = missing.allSatisfy(\.approvers.isEmpty)
        return .refused(areOpen && isToldOfNone ? .onlySuggested : .notApprover(missing))
    }

    /// Returns why it cannot be told whether the request is the person's own.
    private func doubt(about clicker: Clicker, _ request: AccessRequest) -> Objection {
        if clicker.identity.isUntold { return .untold(clicker.identity) }
        return PersonName.isUnclear(request.user) ? .unclearName : .hiddenAddress
    }

    /// Returns why the person may decide nothing at all, or nil.
    package func objection(to clicker: Clicker) -> Objection? {
        if clicker.user.isBot { return .bot }
        if clicker.user.isDeleted { return .deactivated }
        if !clicker.isMember { return .outsider }
        return clicker.user.isGuest && !allowsGuests ? .guest : nil
    }

    /// Returns the roles of the request that have no named approvers. Being told of such a role is enough to decide it.
    package func openRoles(of request: AccessRequest) -> [String] {
        needs(of: request).filter(\.approvers.isEmpty).flatMap { roles(of: $0, request) }
    }

    /// Returns the approvers' channels whose members have to be known for the verdict on this person.
    package func channels(for request: AccessRequest, _ user: ChatUser) -> Set<ChannelName> {
        var channels: Set<ChannelName> = []
        for need in needs(of: request) where !need.approvers.contains(where: { $0.names(user) }) {
            channels.formUnion(need.approvers.compactMap(\.channel))
        }
        return channels
    }

    /// Returns the keys of ``users`` that map to the requester: Mattermost user names and account ids.
    package func accounts(of request: AccessRequest) -> [String] { accounts(ofUser: request.user) }

    /// Returns the keys of ``users`` that map to a Teleport user: Mattermost user names and account ids.
    package func accounts(ofUser user: String) -> [String] {
        users.filter { Self.isSame($0.value, user) }.map(\.key).sorted()
    }

    /// Returns the person's user name in Teleport, or nil if ``users`` does not map them to one.
    package func teleportUser(of user: ChatUser) -> String? {
        let name = user.username.lowercased()
        return users[user.id] ?? (Self.isAccountID(name) ? nil : users[name])
    }

    /// Returns whether a key of ``users`` is an account id. A user name of that form is never looked up as a key, because
    /// anybody could take the id of another account as their user name.
    package static func isAccountID(_ key: String) -> Bool { key.utf8.count == 26 && MattermostName.isID(key) }

    /// Whether an account of Mattermost and a Teleport user are the same person.
    package enum Likeness {
        case same, other
        /// The two cannot be compared: the Teleport user is an e-mail address that Mattermost does not show, or has an unclear
        /// name.
        case unknown
    }

    /// Returns whether a person is a Teleport user.
    ///
    /// ``users`` decides if it maps any account to the Teleport user. Otherwise the user whom the trait tells, the person's user
    /// name and the e-mail address are compared with it, even if the person is known to be another Teleport user, because one
    /// person may have two. Case is ignored: it is safer to take two people for one than one person for two.
    ///
    /// - Parameter identity: what is known of the person's user in Teleport besides ``users``.
    package func compare(
        _ user: ChatUser, with teleportUser: String, _ identity: TeleportIdentity = .unknown
    ) -> Likeness {
        guard !teleportUser.isEmpty else { return .other }
        let known = self.teleportUser(of: user) ?? identity.known
        let isKnownSame = known.map { Self.isSame($0, teleportUser) } ?? false
        guard accounts(ofUser: teleportUser).isEmpty else { return isKnownSame ? .same : .other }
        if isKnownSame || Self.isSame(user.username, teleportUser) || Self.isSame(user.email, teleportUser) { return .same }
        guard known == nil else { return .other }
        guard !identity.isUntold else { return .unknown }
        return user.email.isEmpty && teleportUser.contains("@") || PersonName.isUnclear(teleportUser) ? .unknown : .other
    }

    /// Returns whether the person is the requester.
    private func likeness(_ clicker: Clicker, _ request: AccessRequest) -> Likeness {
        clicker.requesterAccounts.contains(clicker.user.id)
            ? .same : compare(clicker.user, with: request.user, clicker.identity)
    }

    /// Returns false only if the person is known to be another Teleport user.
    private func isPerhaps(_ clicker: Clicker, _ teleportUser: String) -> Bool {
        let known = self.teleportUser(of: clicker.user) ?? clicker.identity.known
        return known.map { Self.isSame($0, teleportUser) } ?? true
    }

    static func isSame(_ one: String, _ other: String) -> Bool { PersonName.folded(one) == PersonName.folded(other) }

    /// Returns the needs of a request: one for each group of roles with the same approvers.
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
