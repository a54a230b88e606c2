import GRPCCore
import TeleportAPI

extension AuthCalls {
    /// Sends INIT and then every later change. Earlier changes are not sent.
    func watchEvents(
        request: ServerRequest<Proto_Watch>, context: ServerContext
    ) async throws -> StreamingServerResponse<Proto_Event> {
        for kind in request.message.kinds { _ = try require("read", kind.kind, context) }
        // One kind that is not known, or that the role may not read, ends the whole watch.
        let known: Set = majorVersion >= 15 ? ["access_request", "access_monitoring_rule"] : ["access_request"]
        let kinds = Set(request.message.kinds.map(\.kind))
        guard !kinds.isEmpty, kinds.isSubset(of: known) else {
            throw AuthRefusal(.badParameter, "only access requests and newer servers' monitoring rules can be watched here")
        }
        let filter = request.message.kinds.first { $0.kind == "access_request" }?.filter ?? [:]
        let queue = WatchQueue(
            filter: try RequestFilter(watch: filter), kinds: kinds, limit: configuration.watchBuffer)
        return StreamingServerResponse { writer in
            let watcher = store.watch(queue, lag: eventLag)
            defer { store.unwatch(watcher) }
            try await withRPCCancellationHandler {
                try await tell(queue, to: writer)
            } onCancelRPC: {
                queue.continuation.finish()
            }
            return [:]
        }
    }

    private func tell(_ queue: WatchQueue, to writer: RPCWriter<Proto_Event>) async throws {
        try await writer.write(.initial)
        for try await item in queue.items {
            try await ContinuousClock().sleep(until: item.since + eventLag())
            switch item.event {
            case .put(let request): try await writer.write(.put(request))
            case .delete(let id): try await writer.write(.delete(id))
            case .putRule(let rule): try await writer.write(.put(rule))
            case .deleteRule(let name): try await writer.write(.deleteRule(name))
            }
            try queue.taken()
        }
    }
}
