import FoundationEssentials
import GRPCCore
import SwiftProtobuf
import TeleportAPI

/// Implements the calls of `teleport.users.v1.UsersService`, which servers have from version 15 on.
struct UsersCalls: Teleport_Users_V1_UsersService.ServiceProtocol {
    static let firstVersion = 15

    let calls: AuthCalls
    let directory: AuthDirectory

    /// Lists the users by pages. A server that does not know the filter by traits ignores it and returns everybody.
    func listUsers(
        request: ServerRequest<Teleport_Users_V1_ListUsersRequest>, context: ServerContext
    ) async throws -> ServerResponse<Teleport_Users_V1_ListUsersResponse> {
        directory.note("ListUsers")
        for verb in ["list", "read"] { _ = try calls.require(verb, "user", context) }
        let query = request.message
        let matching = directory.users.sorted { $0.name < $1.name }.filter { isSelected($0, query.filter) }
        let token = String(decoding: query.pageToken, as: UTF8.self)
        let rest = matching.filter { $0.name >= token }
        let limit = query.pageSize > 0 ? min(Int(query.pageSize), calls.configuration.pageLimit) : calls.configuration.pageLimit
        return ServerResponse(
            message: .with {
                $0.users = rest.prefix(limit).map(\.message)
                $0.nextPageToken = Data((rest.dropFirst(limit).first?.name ?? "").utf8)
            })
    }

    private func isSelected(_ user: AuthUser, _ filter: Teleport_Users_V1_UserFilter) -> Bool {
        guard filter.searchKeywords.allSatisfy({ user.name.contains($0) }) else { return false }
        guard calls.configuration.filtersUsersByTrait else { return true }
        return filter.traits.values.allSatisfy { name, wanted in
            wanted.values.allSatisfy { user.traits[name]?.contains($0) ?? false }
        }
    }
}

extension AuthUser {
    fileprivate var message: Teleport_Users_V1_User {
        .with {
            $0.kind = "user"
            $0.version = "v2"
            $0.metadata.name = name
            if isBot { $0.metadata.labels["teleport.internal/bot"] = name }
            $0.spec.traits.values = traits.mapValues { values in .with { $0.values = values } }
        }
    }
}
