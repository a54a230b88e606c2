package import Access
import GRPCCore
import SwiftProtobuf
import TeleportAPI

/// The look-up of users. ``UserDirectory`` documents it.
extension TeleportClient {
    /// The number of users in one page.
    fileprivate static let userPageSize: Int32 = 1000
    /// The largest number of pages. A server that does not know a search returns all of its users.
    fileprivate static let userPageLimit = 100

    package func users(_ search: UserSearch) async throws(TeleportError) -> [TeleportUser] {
        try await call(.listUsers) { link in try await link.users(matching: search) }
    }
}

extension Link {
    /// Reads the pages of all users that the server selects, within the limits of the client.
    fileprivate func users(matching search: UserSearch) async throws -> [TeleportUser] {
        let api = Teleport_Users_V1_UsersService.Client(wrapping: client)
        var request = Teleport_Users_V1_ListUsersRequest.with {
            $0.pageSize = TeleportClient.userPageSize
            $0.filter = Teleport_Users_V1_UserFilter(search)
        }
        var users: [TeleportUser] = []
        for _ in 0..<TeleportClient.userPageLimit {
            let page = try await api.listUsers(request, options: Link.options)
            // Each user is compared with the search once more, because a server ignores what it does not know of a filter, and
            // then returns everybody.
            users += page.users.filter { !$0.isBot }.map(TeleportUser.init).filter(search.selects)
            guard !page.nextPageToken.isEmpty else { return users }
            guard page.nextPageToken != request.pageToken else { break }
            request.pageToken = page.nextPageToken
        }
        throw RPCError(code: .resourceExhausted, message: "the server's list of users does not end")
    }
}

extension Teleport_Users_V1_UserFilter {
    fileprivate init(_ search: UserSearch) {
        self.init()
        switch search {
        case .trait(let name, let value): traits.values[name] = .with { $0.values = [value] }
        case .named(let name): searchKeywords = [name]
        }
        skipSystemUsers = true
    }
}

extension Teleport_Users_V1_User {
    /// Whether the user is a bot's (`api/types/constants.go`, `BotLabel`).
    fileprivate var isBot: Bool { metadata.labels["teleport.internal/bot"] != nil }
}

extension TeleportUser {
    fileprivate init(_ user: Teleport_Users_V1_User) {
        self.init(name: user.metadata.name, traits: user.spec.traits.values.mapValues(\.values))
    }
}
