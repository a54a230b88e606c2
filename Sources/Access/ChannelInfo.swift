/// A channel of Mattermost's.
package struct ChannelInfo: Equatable, Sendable {
    package var id: String
    /// As its URL has it; for a direct-message channel, `<user id>__<user id>`.
    package var name: String
    /// As people see it: not unique, and its members may change it.
    package var displayName: String
    /// Between two accounts.
    package var isDirect: Bool
    package var lastPost: Timestamp

    package init(
        id: String, name: String, displayName: String, isDirect: Bool = false, lastPost: Timestamp = .init(milliseconds: 0)
    ) {
        self.id = id
        self.name = name
        self.displayName = displayName
        self.isDirect = isDirect
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
