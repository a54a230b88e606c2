import GRPCCore
import SwiftProtobuf
import TeleportAPI

extension AuthCalls {
    /// Returns a role of the caller. In the sandbox each user has one role, under any name, with the user's permissions.
    func getRole(
        request: ServerRequest<Proto_GetRoleRequest>, context: ServerContext
    ) async throws -> ServerResponse<Types_RoleV6> {
        if let logins = configuration.roleLogins[request.message.name] {
            _ = try require("read", "role", context)
            return ServerResponse(
                message: .with {
                    $0.kind = "role"
                    $0.metadata.name = request.message.name
                    $0.spec.allow.logins = logins
                })
        }
        guard let user = userOfPeer(context.remotePeer), let permissions = store.permissions(of: user) else {
            throw AuthRefusal.denied(AuthPermission("read", "role"))
        }
        let rules = permissions.sorted { ($0.resource, $0.verb) < ($1.resource, $1.verb) }.map { permission in
            Types_Rule.with {
                $0.resources = [permission.resource]
                $0.verbs = [permission.verb]
            }
        }
        return ServerResponse(
            message: .with {
                $0.kind = "role"
                $0.metadata.name = request.message.name
                $0.spec.allow.rules = rules
            })
    }
}
