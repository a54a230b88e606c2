internal import Access
internal import Mattermost

extension SettingsReader {
    mutating func approvals() -> Settings.Approving {
        var policy = ApprovalPolicy()
        policy.approvers = approvers()
        policy.roles = roleApprovers()
        policy.users = mappedUsers()
        policy.allowsSelf = flag(.allowSelf) ?? false
        policy.allowsGuests = flag(.allowGuests) ?? false
        policy.requiresKnownRequester = flag(.requireKnownRequester) ?? false
        policy.allowsSuggested = flag(.allowSuggested) ?? false
        let askReason = parsed(.askReason) { (value) throws(SettingFault) in
            guard let ask = AskReason(rawValue: value) else {
                throw SettingFault("is \"\(OneLine.bounded(value, 64))\". Write never, optional, on_deny or always.")
            }
            return ask
        }
        let confirm = parsed(.confirm) { (value) throws(SettingFault) in
            guard let confirm = Confirm(rawValue: value) else {
                throw SettingFault("is \"\(OneLine.bounded(value, 64))\". Write never, approve or always.")
            }
            return confirm
        }
        let method = parsed(.method) { (value) throws(SettingFault) in
            guard let method = DecisionMethod(rawValue: value) else {
                throw SettingFault("is \"\(OneLine.bounded(value, 64))\". Write state or review.")
            }
            return method
        }
        return Settings.Approving(
            requiresClickerProof: flag(.requireClickerProof) ?? true, policy: policy, askReason: askReason ?? .never,
            confirm: confirm ?? .never,
            method: method ?? .state,
            hasButtons: flag(.buttons) ?? isMeantForButtons)
    }

    private mutating func approvers() -> [Approver] {
        let (approvers, faults) = Self.approvers(strings(.approvers) ?? [])
        for fault in faults { report(.approvers, fault.words) }
        return approvers
    }

    private mutating func roleApprovers() -> [String: [Approver]] {
        let table = "approvals.roles"
        var roles: [String: [Approver]] = [:]
        for entry in text.entries[table] ?? [] {
            guard case .strings(let values) = entry.value else {
                let mend = "Write \"role\" = [\"@username\"], the role's name in quotes where it has dots."
                report(entry, of: table, "is \(entry.value.name), not an array of strings. \(mend)")
                continue
            }
            // An empty list that lets everybody in would surprise whoever meant nobody.
            if values.isEmpty {
                report(entry, of: table, "names nobody. Name somebody, or remove the line to fall back to approvers.")
            }
            let (approvers, faults) = Self.approvers(values)
            for fault in faults { report(entry, of: table, fault.words) }
            roles[entry.name] = approvers
        }
        return roles
    }

    private mutating func mappedUsers() -> [String: String] {
        let table = "approvals.users"
        var users: [String: String] = [:]
        for entry in text.entries[table] ?? [] {
            guard case .string(let teleportUser) = entry.value else {
                let mend = "Write mattermost-name = \"teleport-user\", a name with dots in quotes."
                report(entry, of: table, "is \(entry.value.name), not a string. \(mend)")
                continue
            }
            let name = (entry.name.hasPrefix("@") ? String(entry.name.dropFirst()) : entry.name).lowercased()
            guard MattermostName.isUsername(name) else {
                report(entry, of: table, "is no user name of Mattermost's. Write it as in the profile, without the @.")
                continue
            }
            if teleportUser.isEmpty { report(entry, of: table, "is empty. Set it to the person's user name in Teleport.") }
            if users[name] != nil { report(entry, of: table, "stands there twice. Remove one.") }
            users[name] = teleportUser
        }
        return users
    }

    private static func approvers(_ values: [String]) -> ([Approver], [SettingFault]) {
        var approvers: [Approver] = []
        var faults: [SettingFault] = []
        for value in values {
            if let approver = approver(value) {
                approvers.append(approver)
            } else {
                let shown = OneLine.bounded(value, 64)
                faults.append(
                    SettingFault("\"\(shown)\" is neither \"@username\" nor \"name@example.com\" nor \"team/channel\"."))
            }
        }
        return (approvers, faults)
    }

    private static func approver(_ value: String) -> Approver? {
        if value.hasPrefix("@") {
            let name = value.dropFirst().lowercased()
            return MattermostName.isUsername(name) ? .username(name) : nil
        }
        if value.contains("@") {
            let parts = value.split(separator: "@", omittingEmptySubsequences: false)
            let isAddress =
                parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
                && value.utf8.count <= 128 && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
            return isAddress ? .email(value.lowercased()) : nil
        }
        let parts = value.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ MattermostName.isSlug($0) }) else { return nil }
        return .channel(ChannelName(team: String(parts[0]), channel: String(parts[1])))
    }
}

extension Settings.Approving {
    /// What works but should not stay as it is.
    var warnings: [String] {
        var warnings: [String] = []
        if !requiresClickerProof {
            warnings.append(
                """
                [approvals] require_clicker_proof is false: whoever the callback names counts as the person who clicked. Set it \
                to true where Mattermost offers a key, as 5.x and newer do.
                """)
        }
        if policy.allowsSelf {
            warnings.append(
                "[approvals] allow_self is true: whoever asks for a role can approve it. Set it to false where others can.")
        }
        return warnings
    }
}
