import GRPCCore

/// Applies ``AuthFaults`` to all calls of the server.
struct FaultInterceptor: ServerInterceptor {
    let faults: AuthFaults
    let connections: AuthConnections

    func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>, context: ServerContext,
        next: @Sendable (StreamingServerRequest<Input>, ServerContext) async throws -> StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        let fault = faults.take(for: context.descriptor.method)
        switch fault {
        case nil:
            try await faults.waitWhileStalled()
            return try await next(request, context)
        case .answer(let code, let message):
            throw RPCError(code: code, message: message)
        case .stall, .drop: break
        case .actThenStall, .actThenDrop: _ = try await next(request, context)
        }
        switch fault {
        case .drop, .actThenDrop: connections.cut(context.remotePeer)
        default: break
        }
        try await context.cancellation.cancelled
        throw RPCError(code: .unavailable, message: "the answer was lost by a planned fault")
    }
}
