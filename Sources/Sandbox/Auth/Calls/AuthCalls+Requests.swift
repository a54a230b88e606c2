import FoundationEssentials
import GRPCCore
import SwiftProtobuf
import TeleportAPI

extension AuthCalls {
    /// The unary call of versions 7.3 to 12.
    func getAccessRequests(
        request: ServerRequest<Types_AccessRequestFilter>, context: ServerContext
    ) async throws -> ServerResponse<Proto_AccessRequests> {
        guard majorVersion < 13 else { throw unimplemented(context) }
        let messages = try visible(request.message, context).map(\.message)
        return ServerResponse(message: .with { $0.accessRequests = messages })
    }

    /// The stream of version 10 and newer. Real servers have it since 8.3.14. An older server reports `unimplemented` when the
    /// first message is received.
    func getAccessRequestsV2(
        request: ServerRequest<Types_AccessRequestFilter>, context: ServerContext
    ) async throws -> StreamingServerResponse<Types_AccessRequestV3> {
        guard majorVersion >= 10 else { throw unimplemented(context) }
        let messages = try visible(request.message, context).map(\.message)
        return StreamingServerResponse { writer in
            for message in messages { try await writer.write(message) }
            return [:]
        }
    }

    /// The paged list of version 15 and newer. A page begins with the request that the key names.
    func listAccessRequests(
        request: ServerRequest<Proto_ListAccessRequestsRequest>, context: ServerContext
    ) async throws -> ServerResponse<Proto_ListAccessRequestsResponse> {
        guard majorVersion >= 15 else { throw unimplemented(context) }
        let key = String(decoding: request.message.startKey, as: UTF8.self)
        let rest = try visible(request.message.filter, context).sorted { $0.id < $1.id }.filter { $0.id >= key }
        let limit =
            request.message.limit > 0 ? min(Int(request.message.limit), configuration.pageLimit) : configuration.pageLimit
        return ServerResponse(
            message: .with {
                $0.accessRequests = rest.prefix(limit).map(\.message)
                $0.nextKey = Data((rest.dropFirst(limit).first?.id ?? "").utf8)
            })
    }

    func setAccessRequestState(
        request: ServerRequest<Proto_RequestStateSetter>, context: ServerContext
    ) async throws -> ServerResponse<Google_Protobuf_Empty> {
        let caller = try require("update", "access_request", context)
        if configuration.requiresAdminMFA { throw AuthRefusal.needsMFA }
        let setter = request.message
        guard !setter.id.isEmpty else { throw AuthRefusal(.badParameter, "missing request id") }
        guard let state = AuthRequest.State(rawValue: setter.state.rawValue) else {
            throw AuthRefusal(.badParameter, "missing request state")
        }
        guard setter.roles.isEmpty || state == .approved else {
            throw AuthRefusal(.badParameter, "cannot override roles when setting state: \(state.name)")
        }
        try store.setState(
            of: setter.id, to: state, reason: setter.reason, roles: setter.roles, delegator: setter.delegator,
            caller: caller)
        return ServerResponse(message: Google_Protobuf_Empty())
    }

    /// Filters the requests that a user may see. Without `list` and `read` these are the user's own, so a plugin gets an empty
    /// list and no error.
    private func visible(
        _ filter: Types_AccessRequestFilter, _ context: ServerContext
    ) throws(AuthRefusal) -> [AuthRequest] {
        guard let user = userOfPeer(context.remotePeer) else {
            throw AuthRefusal.denied(AuthPermission("list", "access_request"))
        }
        let seesAll = ["list", "read"].allSatisfy { may(user, AuthPermission($0, "access_request")) }
        let wanted = RequestFilter(
            id: filter.id, user: filter.user, state: AuthRequest.State(rawValue: filter.state.rawValue))
        // A request is looked up by its id, as in the real store, so that the number of other requests does not matter.
        let candidates = filter.id.isEmpty ? store.requests() : [store.request(filter.id)].compactMap { $0 }
        return candidates.filter { (seesAll || $0.user == user) && wanted.matches($0) }
    }
}
