import GRPCCore
import Synchronization
import TeleportAPI

extension Link {
    /// The server's own limit for a page.
    private static let pageSize: Int32 = 1000
    /// A server that never ends a list must not fill the memory.
    private static let pageLimit = 1000

    /// By pages (15 on), then by the stream (8.3.14 on), then by the one call (up to 12): what the server lacks it says, and is
    /// not asked again on this connection.
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
