import GRPCCore
import TeleportAPI

extension AuthCalls {
    /// Sends INIT and then every later change. Earlier changes are not sent.
    func watchEvents(
        request: ServerRequest<Proto_Watch>, context: ServerContext
    ) async throws -> StreamingServerResponse<Proto_Event> {
        for kind in request.message.kinds { _ = try require("read", kind.kind, context) }
        guard let kind = request.message.kinds.first(where: { $0.kind == "access_request" }) else {
            throw AuthRefusal(.badParameter, "only access requests can be watched here")
        }
        let queue = WatchQueue(filter: try RequestFilter(watch: kind.filter), limit: configuration.watchBuffer)
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
            }
            try queue.taken()
        }
    }
}
