package import Access
import ActionCrypto
import SwiftProtobuf
import TeleportAPI

extension TeleportClient {
    /// Whether the roles in the client certificate show every access request, for which they need `list` and `read` without a
    /// condition. The roles' rules can be read because every user may read the roles that they hold (`GetRole` in Teleport's
    /// `lib/auth/auth_with_roles.go`).
    package func showsAllRequests() async throws(TeleportError) -> Bool {
        guard let rules = try await ownRules() else { return false }
        return rules.allow(["list", "read"], on: "access_request")
    }

    /// Returns the permissions that the roles lack for the plugin's work; empty if the roles cannot be read. The roles have to
    /// be read because Teleport answers a list call without the permission by an empty list, not by an error.
    func lackingPermissions() async -> [RolePermission] {
        guard let rules = try? await ownRules() else { return [] }
        func lacking(_ resources: [String], _ verbs: [String]) -> RolePermission? {
            let missing = verbs.filter { verb in !resources.contains { rules.mayAllow(verb, on: $0) } }
            return missing.isEmpty ? nil : RolePermission(resources[0], missing)
        }
        let clicks = clicks.current
        return [
            lacking(["access_request"], ["list", "read"] + (clicks.decide ? ["update"] : [])),
            lacking(["access_plugin_data", "access_request"], ["list", "read", "update"]),
            clicks.findUsersByTrait
                ? lacking(["user"], ["list", "read"]) : clicks.reviewForUsers ? lacking(["user"], ["read"]) : nil,
        ].compactMap(\.self)
    }

    /// The rules of all roles in the client certificate; nil when one of the roles cannot be read.
    package func ownRules() async throws(TeleportError) -> RoleRules? {
        let chain = try keeper.load().identity.certificateChain
        guard let names = try? CertificateInfo(pem: chain).organizations else { return nil }
        var roles: [Types_RoleV6] = []
        for name in names.prefix(32) {
            do {
                roles.append(
                    try await call(.readRole) { try await $0.api.getRole(.with { $0.name = name }, options: Link.options) })
            } catch {
                // The role that cannot be read may contain a deny rule, so nothing can be concluded from the others.
                guard [.permissionDenied, .notFound, .unimplemented].contains(error.code) else { throw error }
                return nil
            }
        }
        return RoleRules(roles)
    }
}

/// The rules of all roles of one user.
package struct RoleRules: Sendable {
    private let allowed: [Types_Rule]
    private let denied: [Types_Rule]

    init(_ roles: [Types_RoleV6]) {
        allowed = roles.flatMap(\.spec.allow.rules)
        denied = roles.flatMap(\.spec.deny.rules)
    }

    /// Whether the rules allow all verbs on every resource of the kind, without a condition.
    func allow(_ verbs: [String], on resource: String) -> Bool {
        verbs.allSatisfy { verb in
            allowed.contains { $0.where.isEmpty && $0.covers(verb, on: resource) }
                && !denied.contains { $0.covers(verb, on: resource) }
        }
    }
}

extension RoleRules {
    /// Whether the rules allow the verb on at least one resource of the kind, as far as that can be told without evaluating
    /// conditions.
    package func mayAllow(_ verb: String, on resource: String) -> Bool {
        allowed.contains { $0.covers(verb, on: resource) }
            && !denied.contains { $0.where.isEmpty && $0.covers(verb, on: resource) }
    }
}

extension Types_Rule {
    fileprivate func covers(_ verb: String, on resource: String) -> Bool {
        [resource, "*"].contains(where: resources.contains) && [verb, "*"].contains(where: verbs.contains)
    }
}
