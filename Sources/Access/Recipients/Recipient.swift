/// The names of a channel and its team. They are URL slugs; a recipient may also be written with the names that people see.
package struct ChannelName: Hashable, Sendable, CustomStringConvertible {
    package var team: String
    package var channel: String

    package init(team: String, channel: String) {
        self.team = team
        self.channel = channel
    }

    package var description: String { "\(team)/\(channel)" }

    /// Whether both names can be URL slugs.
    package var isSlugs: Bool { MattermostName.isSlug(team) && MattermostName.isSlug(channel) }
}

/// A channel or a person to tell of a request, as the configuration or the requester named them.
package enum Recipient: Hashable, Sendable, CustomStringConvertible {
    case channel(ChannelName)
    /// A person with this e-mail address, who gets a direct message.
    case person(String)
    /// A person with this user name, who gets a direct message. The requester of a request is named in this way.
    case account(String)

    /// The largest length of `team/channel`, in bytes of UTF-8.
    private static let nameLimit = 256

    /// Parses `team/channel` or `name@example.com`; nil for any other text.
    package init?(_ text: String) {
        let text = Self.trimmed(text[...])
        if let slash = text.firstIndex(of: "/") {
            let (team, channel) = (Self.trimmed(text[..<slash]), Self.trimmed(text[text.index(after: slash)...]))
            guard !team.isEmpty, !channel.isEmpty, text.utf8.count <= Self.nameLimit else { return nil }
            self = .channel(ChannelName(team: String(team), channel: String(channel)))
        } else if MattermostName.isEmail(text) {
            self = .person(text.lowercased())
        } else {
            return nil
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop(while: \.isWhitespace)
        return start.lastIndex { !$0.isWhitespace }.map { start[...$0] } ?? ""
    }

    /// The recipient's name in the context of signed buttons.
    package var description: String {
        switch self {
        case .channel(let name): name.description
        case .person(let address): address
        case .account(let name): "@\(name)"
        }
    }
}

/// The configured recipients of requests.
package struct RecipientRules: Equatable, Sendable {
    /// The recipients of every request.
    package var always: [Recipient]
    /// The recipients of the requests for single roles, by the role's name. Roles without an entry have those of ``others``.
    package var roles: [String: [Recipient]]
    /// The steps of the reminders that tell further recipients of a request which nobody has decided.
    package var escalations: [ReminderStep] = []

    /// The key in ``roles`` that stands for all roles without an entry.
    package static let others = "*"

    package init(always: [Recipient], roles: [String: [Recipient]] = [:]) {
        self.always = always
        self.roles = roles
    }

    /// Returns the recipients of a request for these roles, each once.
    package func recipients(ofRoles asked: [String]) -> [Recipient] {
        unique(always + asked.flatMap { roles[$0] ?? roles[Self.others] ?? [] })
    }

    /// All recipients that the configuration names, each once.
    package var all: [Recipient] {
        unique(always + roles.sorted { $0.key < $1.key }.flatMap(\.value) + escalations.flatMap(\.recipients))
    }

    private func unique(_ recipients: [Recipient]) -> [Recipient] {
        var seen: Set<Recipient> = []
        return recipients.filter { seen.insert($0).inserted }
    }
}
