import FoundationEssentials
import GRPCCore
import SwiftProtobuf
import TeleportAPI

/// Implements the calls of `teleport.accesslist.v1.AccessListService`, which servers have from version 14 on.
struct AccessListCalls: Teleport_Accesslist_V1_AccessListService.ServiceProtocol {
    static let firstVersion = 14

    let calls: AuthCalls
    let directory: AuthDirectory

    func listAccessLists(
        request: ServerRequest<Teleport_Accesslist_V1_ListAccessListsRequest>, context: ServerContext
    ) async throws -> ServerResponse<Teleport_Accesslist_V1_ListAccessListsResponse> {
        directory.note("ListAccessLists")
        try requirePermission(context)
        let query = request.message
        let token = String(decoding: query.nextToken, as: UTF8.self)
        let rest = directory.lists.sorted { $0.name < $1.name }.filter { $0.name >= token }
        let limit = query.pageSize > 0 ? min(Int(query.pageSize), calls.configuration.pageLimit) : calls.configuration.pageLimit
        return ServerResponse(
            message: .with {
                $0.accessLists = rest.prefix(limit).map(\.message)
                $0.nextToken = Data((rest.dropFirst(limit).first?.name ?? "").utf8)
            })
    }

    /// Returns the owners, with the users of nested lists in place of these.
    func getAccessListOwners(
        request: ServerRequest<Teleport_Accesslist_V1_GetAccessListOwnersRequest>, context: ServerContext
    ) async throws -> ServerResponse<Teleport_Accesslist_V1_GetAccessListOwnersResponse> {
        directory.note("GetAccessListOwners")
        guard calls.configuration.tellsNestedOwners else { throw calls.unimplemented(context) }
        try requirePermission(context)
        guard let list = directory.lists.first(where: { $0.name == request.message.accessList }) else {
            throw AuthRefusal(.notFound, "access_list \"\(request.message.accessList)\" doesn't exist")
        }
        let owners = list.owners + list.nestedOwners.sorted { $0.key < $1.key }.flatMap(\.value)
        return ServerResponse(message: .with { $0.owners = owners.map { name in .with { $0.name = name } } })
    }

    private func requirePermission(_ context: ServerContext) throws(AuthRefusal) {
        for verb in ["list", "read"] { _ = try calls.require(verb, "access_list", context) }
    }
}

extension AuthAccessList {
    fileprivate var message: Teleport_Accesslist_V1_AccessList {
        .with {
            $0.header.kind = "access_list"
            $0.header.metadata.name = name
            $0.spec.title = title
            $0.spec.type = type
            $0.spec.owners = owners.map { name in .with { ($0.name, $0.membershipKind) = (name, 1) } }
            $0.spec.owners += nestedOwners.keys.sorted().map { name in .with { ($0.name, $0.membershipKind) = (name, 2) } }
            if let next = nextAudit.timestamp { $0.spec.audit.nextAuditDate = next }
            $0.spec.audit.notifications.start = .with { $0.seconds = notificationStart.components.seconds }
        }
    }
}
