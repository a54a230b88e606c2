/// A channel of Mattermost's.
package struct ChannelInfo: Equatable, Sendable {
    /// The channel's kind, by Mattermost's field `type`.
    package enum Kind: Equatable, Sendable {
        /// A public channel, which every member of the team can join.
        case open
        /// A private channel, which people join by invitation.
        case `private`
        /// A direct-message channel of two accounts.
        case direct
        /// A group-message channel of a few accounts, which nobody named.
        case group
        case unknown

        package init(_ type: String) {
            switch type {
            case "O": self = .open
            case "P": self = .private
            case "D": self = .direct
            case "G": self = .group
            default: self = .unknown
            }
        }
    }

    package var id: String
    /// The channel's name in its URL; for a direct-message channel, `<user id>__<user id>`.
    package var name: String
    /// The channel's display name. It is not unique, and members of the channel may change it.
    package var displayName: String
    package var kind: Kind
    /// The time of the channel's newest post; zero if it has none or the server does not tell.
    package var lastPost: Timestamp

    package init(
        id: String, name: String, displayName: String, kind: Kind = .unknown, lastPost: Timestamp = .init(milliseconds: 0)
    ) {
        self.id = id
        self.name = name
        self.displayName = displayName
        self.kind = kind
        self.lastPost = lastPost
    }
}

/// A team of Mattermost's.
package struct TeamInfo: Equatable, Sendable {
    package var id: String
    /// The team's name in its URL.
    package var name: String
    /// The team's display name.
    package var displayName: String

    package init(id: String, name: String, displayName: String) {
        self.id = id
        self.name = name
        self.displayName = displayName
    }
}
