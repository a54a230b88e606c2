import GRPCCore
import TeleportAPI

/// Implements the calls of `proto.AuthService`: identifies the caller, checks the permission, and answers.
struct AuthCalls: Proto_AuthService.ServiceProtocol {
    let configuration: SandboxAuth.Configuration
    let store: AuthStore
    let directory: AuthDirectory
    /// Returns the user of a connection, by gRPC's name for its peer. Nil for a client without a certificate.
    let userOfPeer: @Sendable (String) -> String?
    let eventLag: @Sendable () -> Duration

    /// Answers a Ping. It needs no certificate, so a successful Ping does not show that the client may do anything else.
    func ping(
        request: ServerRequest<Proto_PingRequest>, context: ServerContext
    ) async throws -> ServerResponse<Proto_PingResponse> {
        ServerResponse(
            message: try .of(
                cluster: configuration.clusterName, version: configuration.version, proxy: configuration.proxyAddress,
                advancedAccessWorkflows: configuration.advancedAccessWorkflows))
    }

    /// Returns the caller's name. Throws when the caller lacks the permission or has no certificate.
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

    /// The refusal of a grpc-go server that does not have the method.
    func unimplemented(_ context: ServerContext) -> AuthRefusal {
        AuthRefusal(.unimplemented, "unknown method \(context.descriptor.method) for service proto.AuthService")
    }

    var majorVersion: Int { configuration.version.split(separator: ".").first.flatMap { Int($0) } ?? 0 }
}
