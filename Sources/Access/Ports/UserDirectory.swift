/// A person whom Teleport stores as a user.
package struct TeleportUser: Equatable, Sendable {
    package var name: String
    /// The values of the user's traits, by the trait's name.
    package var traits: [String: [String]]

    package init(name: String, traits: [String: [String]] = [:]) {
        self.name = name
        self.traits = traits
    }
}

/// A selection of Teleport users.
package enum UserSearch: Hashable, Sendable {
    /// The users of whose trait this is a value, compared exactly.
    case trait(name: String, value: String)
    /// The user of this name.
    case named(String)

    /// Returns whether the user is selected. The server's own selection is not trusted, because a server that does not know it
    /// returns all users.
    package func selects(_ user: TeleportUser) -> Bool {
        switch self {
        case .trait(let name, let value): user.traits[name]?.contains { Self.isSame($0, value) } ?? false
        case .named(let name): Self.isSame(user.name, name)
        }
    }

    /// Compares two texts byte by byte, as Teleport does. Swift would take different spellings of a letter for the same.
    private static func isSame(_ one: String, _ other: String) -> Bool { one.utf8.elementsEqual(other.utf8) }
}

/// Teleport's list of users.
package protocol UserDirectory: Sendable {
    /// Returns the people whom the search selects, without the users of bots. Users of single sign-on are stored only while
    /// they are logged in. The call fails if the server has more users than can be looked through.
    func users(_ search: UserSearch) async throws(TeleportError) -> [TeleportUser]
}

extension UserDirectory {
    package func users(_ search: UserSearch) async throws(TeleportError) -> [TeleportUser] {
        throw TeleportError(.unimplemented, "ListUsers: not supported here")
    }
}
