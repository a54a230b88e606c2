/// A channel by its names: URL slugs, or where a recipient is meant perhaps the names that people see.
package struct ChannelName: Hashable, Sendable, CustomStringConvertible {
    package var team: String
    package var channel: String

    package init(team: String, channel: String) {
        self.team = team
        self.channel = channel
    }

    package var description: String { "\(team)/\(channel)" }

    package var isSlugs: Bool { MattermostName.isSlug(team) && MattermostName.isSlug(channel) }
}

/// Who is told of a request, as the configuration or the requester wrote it.
package enum Recipient: Hashable, Sendable, CustomStringConvertible {
    case channel(ChannelName)
    /// By e-mail address: a direct message.
    case person(String)
    /// By user name, as the requester of a request is known.
    case account(String)

    private static let nameLimit = 256

    /// `team/channel` or `name@example.com`; nil for what is neither.
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

/// Who is told of which requests, by configuration.
package struct RecipientRules: Equatable, Sendable {
    /// The recipients of every request.
    package var always: [Recipient]
    /// The recipients of requests for a role. Roles without an entry have those of ``others``.
    package var roles: [String: [Recipient]]

    package static let others = "*"

    package init(always: [Recipient], roles: [String: [Recipient]] = [:]) {
        self.always = always
        self.roles = roles
    }

    /// Each once, for all the roles together.
    package func recipients(ofRoles asked: [String]) -> [Recipient] {
        unique(always + asked.flatMap { roles[$0] ?? roles[Self.others] ?? [] })
    }

    package var all: [Recipient] { unique(always + roles.sorted { $0.key < $1.key }.flatMap(\.value)) }

    private func unique(_ recipients: [Recipient]) -> [Recipient] {
        var seen: Set<Recipient> = []
        return recipients.filter { seen.insert($0).inserted }
    }
}
