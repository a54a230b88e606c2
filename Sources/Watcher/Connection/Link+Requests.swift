import GRPCCore
import Synchronization
import TeleportAPI

extension Link {
    /// The number of requests in one page. The server allows no more.
    private static let pageSize: Int32 = 1000
    /// The largest number of pages. It keeps a server that never ends a list from filling the memory.
    private static let pageLimit = 1000

    /// Lists requests by the newest call that the server implements: by pages (Teleport 15 and newer), else by a stream (8.3.14
    /// and newer), else by one call (up to 12). A call that the server does not implement is not made again on this connection.
    func accessRequests(matching filter: Types_AccessRequestFilter) async throws -> [Types_AccessRequestV3] {
        while true {
            let call = listCall.withLock { $0 }
            do {
                return try await list(by: call, filter)
            } catch {
                guard call != .list, (error as? RPCError)?.code == .unimplemented else { throw explain(error, during: call) }
                listCall.withLock { if $0 == call { $0 = call == .listByPage ? .listByStream : .list } }
            }
        }
    }

    private func list(by call: AuthCall, _ filter: Types_AccessRequestFilter) async throws -> [Types_AccessRequestV3] {
        switch call {
        case .listByPage: try await pagedRequests(matching: filter)
        case .listByStream: try await streamedRequests(matching: filter)
        default: try await api.getAccessRequests(filter, options: Link.options).accessRequests
        }
    }

    private func pagedRequests(matching filter: Types_AccessRequestFilter) async throws -> [Types_AccessRequestV3] {
        var request = Proto_ListAccessRequestsRequest()
        request.filter = filter
        request.limit = Self.pageSize
        var records: [Types_AccessRequestV3] = []
        for _ in 0..<Self.pageLimit {
            let page = try await api.listAccessRequests(request, options: Link.options)
            records += page.accessRequests
            guard !page.nextKey.isEmpty, page.nextKey != request.startKey else { return records }
            request.startKey = page.nextKey
        }
        throw RPCError(code: .resourceExhausted, message: "the list has more than \(Self.pageLimit) pages")
    }

    private func streamedRequests(matching filter: Types_AccessRequestFilter) async throws -> [Types_AccessRequestV3] {
        try await api.getAccessRequestsV2(filter, options: Link.options) { response in
            var records: [Types_AccessRequestV3] = []
            for try await record in response.messages { records.append(record) }
            return records
        }
    }
}
