package import Access
internal import Base

extension Settings {
    /// `[approvals]`: whether posts have buttons, who may decide by them, and how.
    package struct Approving: Equatable, Sendable {
        /// Whether a click counts only if Mattermost's own signature proves who made it.
        package var requiresClickerProof = true
        package var policy = ApprovalPolicy()
        package var askReason = AskReason.never
        package var confirm = Confirm.never
        /// Whether any click opens a dialog.
        package var hasDialogs: Bool { askReason != .never || confirm != .never }
        package var method = DecisionMethod.state
        /// Whether the plugin may submit its own review where a person's own cannot be submitted.
        package var reviewsAsPlugin = false
        /// Whether posts have buttons; posts without them only link to Teleport.
        package var hasButtons = true
    }
}

extension SettingsSection {
    static let approvals = SettingsSection(
        "approvals",
        keys: [
            .requireClickerProof, .approvers, .allowSuggested, .allowSelf, .requireKnownRequester, .allowGuests, .method,
            .reviewAsPlugin, .userTrait, .emailIsUser, .askReason, .confirm, .buttons,
        ],
        openTables: [.roleApprovers, .users])
}

extension SettingKey {
    static let requireClickerProof = SettingKey(
        "approvals.require_clicker_proof", .flag(default: true),
        help: """
            Whether a click counts only with Mattermost's own signature of who made it and when. With `false` the plugin
            believes what the callback says.
            """, effect: .restart)
    static let approvers = SettingKey(
        "approvals.approvers", .strings,
        help: """
            Who may decide: `"@username"`, `"name@example.com"`, or `"team/channel"` for its members. When the list is empty,
            the members of a channel that requests for the role go to, or that all requests go to, may decide. A request for
            several roles takes somebody who is told of each role. The bot must be in each such channel.
            """)
    static let allowSuggested = SettingKey(
        "approvals.allow_suggested", .flag(default: false),
        help: """
            Whether a reviewer whom only the requester named may decide, where there are no `approvers`.
            """)
    static let allowSelf = SettingKey(
        "approvals.allow_self", .flag(default: false),
        help: """
            Whether people may approve their own requests. Denying one's own request withdraws it and is always allowed.
            """)
    static let requireKnownRequester = SettingKey(
        "approvals.require_known_requester", .flag(default: false),
        help: """
            Whether nobody may approve while no Mattermost account of the requester can be found, by `[approvals.users]`, user
            name or address, or with `user_trait` by `[approvals.users]` or the trait. With `true`, a change of user name gives
            nobody two identities.
            """)
    static let allowGuests = SettingKey(
        "approvals.allow_guests", .flag(default: false), help: "Whether guests may decide.")
    static let method = SettingKey(
        "approvals.method", .string(default: "state"),
        help: """
            How a decision reaches Teleport. `state` sets the request's state at once. `review` submits a review, which Teleport
            counts by the request's thresholds: see [Reviews](#reviews).
            """)
    static let reviewAsPlugin = SettingKey(
        "approvals.review_as_plugin", .flag(default: false),
        help: """
            Whether, with `method = "review"`, the plugin may submit its own review where a person's own cannot be submitted:
            see [Reviews](#reviews).
            """)
    static let askReason = SettingKey(
        "approvals.ask_reason", .string(default: "never"),
        help: """
            Whether a dialog asks people for a reason: `optional`, `on_deny` or `always` (with these two the reason must be
            filled in). The reason goes to Teleport and into the post.
            """)
    static let confirm = SettingKey(
        "approvals.confirm", .string(default: "never"),
        help: """
            Whether a dialog asks people to confirm their click: `approve` or `always`. Use `approve` where other people run
            integrations on the same Mattermost: see [security.md](security.md#confirmation-of-clicks).
            """)
    static let buttons = SettingKey(
        "approvals.buttons", .flag(default: nil),
        help: """
            With `false`, posts have no buttons. They link to the request in the web UI, or show the `tsh` commands where there
            is no link.
            """, standard: "`true` with `secret` or `public_addr`",
        example: "true", effect: .restart)
}

extension OpenTable {
    static let roleApprovers = OpenTable(
        "approvals.roles", keys: "a role",
        help: """
            The approvers of that role, `dba = ["@ana", "engineering/leads"]`. Roles without an entry use `approvers`. A request
            for several roles takes an approver of each.
            """,
        examples: [#"dba = ["@ana", "engineering/dba-leads"]"#])
    static let users = OpenTable(
        "approvals.users", keys: "a Mattermost user name or account id",
        help: """
            The person's Teleport user, where it is neither the user name nor the e-mail address: `ana = "ana.lopez"`.
            """,
        examples: [#"ana = "ana.lopez@example.com""#])
}

extension SettingsReader {
    mutating func approvals() -> Settings.Approving {
        var approvals = Settings.Approving()
        approvals.policy.approvers = approvers()
        approvals.policy.roles = roleApprovers()
        approvals.policy.users = mappedUsers()
        identity(into: &approvals.policy)
        read(.allowSelf, into: &approvals.policy.allowsSelf)
        read(.allowGuests, into: &approvals.policy.allowsGuests)
        read(.requireKnownRequester, into: &approvals.policy.requiresKnownRequester)
        read(.allowSuggested, into: &approvals.policy.allowsSuggested)
        read(.requireClickerProof, into: &approvals.requiresClickerProof)
        read(.askReason, into: &approvals.askReason)
        read(.confirm, into: &approvals.confirm)
        read(.method, into: &approvals.method)
        read(.reviewAsPlugin, into: &approvals.reviewsAsPlugin)
        approvals.hasButtons = flag(.buttons) ?? isMeantForButtons
        return approvals
    }

    /// Whether the file gives a value that only buttons need. Newer configurations of the original plugin have none of them,
    /// and their posts link to Teleport.
    private var isMeantForButtons: Bool { SettingKey.allCases.contains { $0.isForButtons && isFilledIn($0) } }

    /// Warnings about a file that has no buttons and does not say so. It works, but may not be what the operator meant.
    var buttonWarnings: [Notice] {
        guard text.values[.buttons] == nil, !isMeantForButtons else { return [] }
        return [
            Notice(
                "[mattermost] secret and [http] public_addr are not set, so posts have no buttons and link to Teleport only.",
                mend: "Set both for Approve and Deny in the post, or [approvals] buttons = false to mean it.")
        ]
    }

    private mutating func approvers() -> [Approver] {
        let (approvers, faults) = Self.approvers(strings(.approvers))
        for fault in faults { report(.approvers, fault) }
        return approvers
    }

    private mutating func roleApprovers() -> [String: [Approver]] {
        let table = OpenTable.roleApprovers
        var roles: [String: [Approver]] = [:]
        for entry in text.entries[table] ?? [] {
            guard case .strings(let values) = entry.value else {
                let mend = "Write \"role\" = [\"@username\"], the role's name in quotes where it has dots."
                report(entry, of: table, "is \(entry.value.name), not an array of strings.", mend: mend)
                continue
            }
            // An empty list would mean the default, everybody in the channel, though its author may have meant nobody.
            if values.isEmpty {
                report(entry, of: table, "names nobody.", mend: "Name somebody, or remove the line to fall back to approvers.")
            }
            let (approvers, faults) = Self.approvers(values)
            for fault in faults { report(entry, of: table, fault) }
            roles[entry.name] = approvers
        }
        return roles
    }

    private mutating func mappedUsers() -> [String: String] {
        let table = OpenTable.users
        var users: [String: String] = [:]
        for entry in text.entries[table] ?? [] {
            guard case .string(let teleportUser) = entry.value else {
                let mend = "Write mattermost-name = \"teleport-user\", a name with dots in quotes."
                report(entry, of: table, "is \(entry.value.name), not a string.", mend: mend)
                continue
            }
            let name = (entry.name.hasPrefix("@") ? String(entry.name.dropFirst()) : entry.name).lowercased()
            guard MattermostName.isUsername(name) else {
                report(entry, of: table, "is no user name of Mattermost's.", mend: "Write it as in the profile, without the @.")
                continue
            }
            if teleportUser.isEmpty {
                report(entry, of: table, "is empty.", mend: "Set it to the person's user name in Teleport.")
            }
            if users[name] != nil { report(entry, of: table, "stands there twice.", mend: "Remove one.") }
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
    /// Settings that work but should be changed.
    var warnings: [Notice] {
        var warnings: [Notice] = []
        if !requiresClickerProof {
            warnings.append(
                Notice(
                    "[approvals] require_clicker_proof is false: whoever the callback names counts as the person who clicked.",
                    mend: "Set it to true where Mattermost offers a key, as 5.x and newer do."))
        }
        if hasButtons, method == .review, !reviewsAsPlugin, !tellsTeleportUsers {
            warnings.append(
                Notice(
                    "[approvals] method is \"review\" and [approvals.users] names nobody, so nobody can review by a button.",
                    mend: "Name people's Teleport users there, set user_trait, or set review_as_plugin = true."))
        }
        if policy.allowsSelf {
            warnings.append(
                Notice(
                    "[approvals] allow_self is true: whoever asks for a role can approve it.",
                    mend: "Set it to false where others can."))
        }
        return warnings + identityWarnings
    }
}
