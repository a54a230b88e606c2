import GRPCCore
import Synchronization
import TeleportAPI

extension Link {
    /// The number of requests in one page. The server allows no more.
    private static let pageSize: Int32 = 1000
    /// The largest number of pages. It keeps a server that never ends a list from filling the memory.
    private static let pageLimit = 1000

    /// Converts one record of the server's. A record that cannot be used gives nil. Records are converted as they come, because those
    /// of thousands of requests take tens of megabytes.
    typealias Conversion<Request: Sendable> = @Sendable (Types_AccessRequestV3) -> Request?

    /// Lists requests by the newest call that the server implements: by pages (Teleport 15 and newer), else by a stream (8.3.14
    /// and newer), else by one call (up to 12). A call that the server does not implement is not made again on this connection.
    func accessRequests<Request>(
        matching filter: Types_AccessRequestFilter, _ convert: @escaping Conversion<Request>
    ) async throws -> [Request] {
        while true {
            let call = listCall.withLock { $0 }
            do {
                return try await list(by: call, filter, convert)
            } catch {
                guard call != .list, (error as? RPCError)?.code == .unimplemented else { throw explain(error, during: call) }
                listCall.withLock { if $0 == call { $0 = call == .listByPage ? .listByStream : .list } }
            }
        }
    }

    private func list<Request>(
        by call: AuthCall, _ filter: Types_AccessRequestFilter, _ convert: @escaping Conversion<Request>
    ) async throws -> [Request] {
        switch call {
        case .listByPage: return try await pagedRequests(matching: filter, convert)
        case .listByStream: return try await streamedRequests(matching: filter, convert)
        default:
            var records = try await api.getAccessRequests(filter, options: Link.options).accessRequests
            var requests: [Request] = []
            records.reverse()
            while let record = records.popLast() { if let request = convert(record) { requests.append(request) } }
            return requests
        }
    }

    private func pagedRequests<Request>(
        matching filter: Types_AccessRequestFilter, _ convert: Conversion<Request>
    ) async throws -> [Request] {
        var request = Proto_ListAccessRequestsRequest()
        request.filter = filter
        request.limit = Self.pageSize
        var requests: [Request] = []
        for _ in 0..<Self.pageLimit {
            let page = try await api.listAccessRequests(request, options: Link.options)
            requests += page.accessRequests.compactMap(convert)
            guard !page.nextKey.isEmpty, page.nextKey != request.startKey else { return requests }
            request.startKey = page.nextKey
        }
        throw RPCError(code: .resourceExhausted, message: "the list has more than \(Self.pageLimit) pages")
    }

    private func streamedRequests<Request>(
        matching filter: Types_AccessRequestFilter, _ convert: @escaping Conversion<Request>
    ) async throws -> [Request] {
        try await api.getAccessRequestsV2(filter, options: Link.options) { response in
            var requests: [Request] = []
            for try await record in response.messages { if let request = convert(record) { requests.append(request) } }
            return requests
        }
    }
}
