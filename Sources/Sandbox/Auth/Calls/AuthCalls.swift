import GRPCCore
import TeleportAPI

/// The calls of `proto.AuthService`: who asks, whether they may, and the answer.
struct AuthCalls: Proto_AuthService.ServiceProtocol {
    let configuration: SandboxAuth.Configuration
    let store: AuthStore
    /// The user of a connection, by gRPC's name for its peer; nil for one that showed no certificate.
    let userOfPeer: @Sendable (String) -> String?
    let eventLag: @Sendable () -> Duration

    /// Asks for no certificate, and so proves no permission.
    func ping(
        request: ServerRequest<Proto_PingRequest>, context: ServerContext
    ) async throws -> ServerResponse<Proto_PingResponse> {
        ServerResponse(
            message: try .of(
                cluster: configuration.clusterName, version: configuration.version, proxy: configuration.proxyAddress))
    }

    /// Denied to whoever lacks the permission, and to whoever showed no certificate.
    func require(_ verb: String, _ resource: String, _ context: ServerContext) throws(AuthRefusal) -> String {
        let permission = AuthPermission(verb, resource)
        guard let user = userOfPeer(context.remotePeer), may(user, permission) else {
            throw AuthRefusal.denied(permission)
        }
        return user
    }

    func may(_ user: String, _ permission: AuthPermission) -> Bool {
        store.permissions(of: user)?.contains(permission) ?? false
    }

    /// The words of a grpc-go server that has no such method.
    func unimplemented(_ context: ServerContext) -> AuthRefusal {
        AuthRefusal(.unimplemented, "unknown method \(context.descriptor.method) for service proto.AuthService")
    }

    var majorVersion: Int { configuration.version.split(separator: ".").first.flatMap { Int($0) } ?? 0 }
}
