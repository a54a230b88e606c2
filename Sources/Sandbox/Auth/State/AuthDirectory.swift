import Synchronization

/// A user as the auth service stores it.
package struct AuthUser: Equatable, Sendable {
    package var name: String
    package var traits: [String: [String]]
    /// Whether the user is a bot's.
    package var isBot: Bool

    package init(_ name: String, traits: [String: [String]] = [:], isBot: Bool = false) {
        self.name = name
        self.traits = traits
        self.isBot = isBot
    }
}

/// An access list as the auth service stores it.
package struct AuthAccessList: Equatable, Sendable {
    package var name: String
    package var title: String
    /// The names of the owners who are users.
    package var owners: [String]
    /// The names of the access lists that are owners, and the users whom the server counts as owners because of them.
    package var nestedOwners: [String: [String]] = [:]
    package var nextAudit: AuthTime
    /// How long before the next review its owners are to be reminded.
    package var notificationStart: Duration
    /// The type of the list; empty for one that is reviewed.
    package var type = ""

    package init(
        _ name: String, title: String, owners: [String], nextAudit: AuthTime,
        notificationStart: Duration = .seconds(14 * 86_400)
    ) {
        self.name = name
        self.title = title
        self.owners = owners
        self.nextAudit = nextAudit
        self.notificationStart = notificationStart
    }
}

/// The users and the access lists of the cluster, which tests may change at any time.
package final class AuthDirectory: Sendable {
    private struct State: Sendable {
        var users: [AuthUser] = []
        var lists: [AuthAccessList] = []
        var pluginData: [String: [String: [String: String]]] = [:]
        var calls: [String: Int] = [:]
    }

    private let state = Mutex(State())

    package var users: [AuthUser] {
        get { state.withLock { $0.users } }
        set { state.withLock { $0.users = newValue } }
    }

    package var lists: [AuthAccessList] {
        get { state.withLock { $0.lists } }
        set { state.withLock { $0.lists = newValue } }
    }

    /// Returns how often a call was made.
    package func count(of call: String) -> Int { state.withLock { $0.calls[call] ?? 0 } }

    func note(_ call: String) { state.withLock { $0.calls[call, default: 0] += 1 } }

    /// The data that plugins have stored with an access list, by the plugin's name.
    package func pluginData(ofList name: String) -> [String: [String: String]] { state.withLock { $0.pluginData[name] ?? [:] } }

    /// Changes the data of an access list by compare-and-swap, with the same rules as for requests.
    func update(_ update: PluginDataTable.Update) throws(AuthRefusal) {
        try state.withLock { state throws(AuthRefusal) in
            guard state.lists.contains(where: { $0.name == update.requestID }) else {
                throw AuthRefusal(.notFound, "access_list \"\(update.requestID)\" doesn't exist")
            }
            var entries = state.pluginData[update.requestID] ?? [:]
            try PluginDataTable.apply(update, to: &entries)
            state.pluginData[update.requestID] = entries
        }
    }
}
