/// A channel of Mattermost's.
package struct ChannelInfo: Equatable, Sendable {
    /// As Mattermost's `type` has it.
    package enum Kind: Equatable, Sendable {
        /// Every member of the team can join.
        case open
        /// People are invited.
        case `private`
        /// Between two accounts.
        case direct
        /// Between a few accounts, without a name.
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
    /// As its URL has it; for a direct-message channel, `<user id>__<user id>`.
    package var name: String
    /// As people see it: not unique, and its members may change it.
    package var displayName: String
    package var kind: Kind
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
    /// As its URL has it.
    package var name: String
    /// As people see it.
    package var displayName: String

    package init(id: String, name: String, displayName: String) {
        self.id = id
        self.name = name
        self.displayName = displayName
    }
}
