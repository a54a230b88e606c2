package import Access
import GRPCCore
import SwiftProtobuf
import TeleportAPI

/// The calls about access lists. ``AccessListService`` documents them.
extension TeleportClient: AccessListService {
    private static let listKind = "access_list"

    package func accessLists() async throws(TeleportError) -> [AccessList] {
        let lists = try await call(.listAccessLists) { try await $0.accessLists() }
        return lists.compactMap(AccessList.init)
    }

    package func owners(of list: AccessList) async throws(TeleportError) -> [String] {
        do {
            let answer = try await call(.listOwners) { link in
                try await Teleport_Accesslist_V1_AccessListService.Client(wrapping: link.client)
                    .getAccessListOwners(.with { $0.accessList = list.name }, options: Link.options)
            }
            return answer.owners.map(\.name)
        } catch {
            guard error.code == .unimplemented else { throw error }
            return list.owners
        }
    }

    package func listData(of name: String) async throws(TeleportError) -> [String: String] {
        let filter = Types_PluginDataFilter.with {
            ($0.kind, $0.resource, $0.plugin) = (Self.listKind, name, Self.plugin)
        }
        let answer = try await call(.readListData) { try await $0.api.getPluginData(filter, options: Link.options) }
        return answer.pluginData.first { $0.metadata.name == name }?.spec.entries[Self.plugin]?.data ?? [:]
    }

    package func updateListData(
        of name: String, setting: [String: String], expecting: [String: String]
    ) async throws(TeleportError) {
        let update = Types_PluginDataUpdateParams.with {
            ($0.kind, $0.resource, $0.plugin) = (Self.listKind, name, Self.plugin)
            ($0.set, $0.expect) = (setting, expecting)
        }
        _ = try await call(.updateListData, as: .updatePluginData(setting: setting)) {
            try await $0.api.updatePluginData(update, options: Link.options)
        }
    }
}

extension Link {
    /// The largest number of pages. It keeps a server that never ends a list from filling the memory.
    private static let listPages = 200

    fileprivate func accessLists() async throws -> [Teleport_Accesslist_V1_AccessList] {
        let api = Teleport_Accesslist_V1_AccessListService.Client(wrapping: client)
        // The server chooses the size of a page.
        var request = Teleport_Accesslist_V1_ListAccessListsRequest()
        var lists: [Teleport_Accesslist_V1_AccessList] = []
        for _ in 0..<Self.listPages {
            let page = try await api.listAccessLists(request, options: Link.options)
            lists += page.accessLists
            guard !page.nextToken.isEmpty, page.nextToken != request.nextToken else { return lists }
            request.nextToken = page.nextToken
        }
        throw RPCError(code: .resourceExhausted, message: "the server's list of access lists does not end")
    }
}

extension AccessList {
    /// The value of an owner's `membership_kind` for another access list.
    private static let listMember: Int32 = 2

    /// Nil for a list without a name by which it can be asked for, and for one that is not reviewed: other types than the default
    /// one get their members from elsewhere (`api/types/accesslist`, `Type.IsReviewable`).
    fileprivate init?(_ list: Teleport_Accesslist_V1_AccessList) {
        let name = list.header.metadata.name
        guard !name.isEmpty, name.isExact, ["", "dynamic"].contains(list.spec.type) else { return nil }
        let notice = list.spec.audit.notifications.start
        self.init(
            name: name, title: list.spec.title, nextReview: Timestamp(moment: list.spec.audit.nextAuditDate),
            notice: .seconds(max(notice.seconds, 0)),
            owners: list.spec.owners.filter { $0.membershipKind != Self.listMember }.map(\.name))
    }
}
