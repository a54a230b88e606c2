package import Access
import Logging
import NIOCore
import SwiftProtobuf
import Synchronization
import TeleportAPI

/// Looks up the names by which people know resources, and the logins of roles, as far as the plugin's role may read them. A
/// card is complete without them, so little time is spent on it.
extension TeleportClient {
    /// The largest number of resources of one kind, and of roles, that are looked up for one request.
    private static let lookUpLimit = 20

    /// Returns what a card shows of the request, with as many names as can be looked up within
    /// ``TeleportConfiguration/nameTimeout``. It never fails.
    package func named(_ request: AccessRequest) async -> Subject {
        var subject = Subject(request)
        let limit = configuration.nameTimeout
        async let resources = within(limit, on: group.any()) { try await self.names(of: request.resources) }
        async let logins = within(limit, on: group.any()) { await self.logins(of: request.roles) }
        if let names = try? await resources {
            subject.resources = request.resources.map { $0.shown(as: names[$0] ?? $0.name) }
        }
        if let lines = try? await logins { subject.logins += lines }
        return subject
    }

    /// Returns whether the role may list nodes, by its own rules or by those of the roles that it may preview. Nil if that cannot
    /// be told.
    package func maySeeNodes() async -> Bool? {
        do {
            _ = try await call(.listResources) {
                try await $0.api.listResources(Self.query("node", ["-"]), options: Link.options)
            }
            return true
        } catch {
            return error.code == .permissionDenied ? false : nil
        }
    }

    /// The query for resources of one kind by their names, with the roles that requests are searched and previewed as.
    private static func query(_ kind: String, _ names: [String]) -> Proto_ListResourcesRequest {
        .with {
            $0.resourceType = kind
            $0.limit = Int32(lookUpLimit)
            $0.predicateExpression = names.map { "resource.metadata.name == \"\($0)\"" }.joined(separator: " || ")
            ($0.useSearchAsRoles, $0.usePreviewAsRoles) = (true, true)
        }
    }

    /// Returns the names of nodes and user groups that could be found. People know a node by its host name and a user group by
    /// its name in the identity provider. Resources of other kinds are known by the name in the request, so they are not looked
    /// up.
    private func names(of resources: [RequestedResource]) async throws -> [RequestedResource: String] {
        var names: [RequestedResource: String] = [:]
        for kind in ["node", "user_group"] {
            let asked = resources.filter { $0.kind == kind && Self.isQuotable($0.name) }.prefix(Self.lookUpLimit)
            guard !asked.isEmpty else { continue }
            let query = Self.query(kind, asked.map(\.name))
            // An error is ignored, because one kind may be denied while the other is allowed.
            let found = try? await call(.listResources) {
                try await $0.api.listResources(query, options: Link.options).resources
            }
            guard let found else { continue }
            for resource in found {
                guard let (name, shown) = resource.nameAndTitle, !shown.isEmpty else { continue }
                for each in asked where each.name == name { names[each] = shown }
            }
            // A resource of another cluster cannot be found here.
            if found.isEmpty, asked.contains(where: { $0.cluster == clusterName }) { logEmptyListing(of: kind) }
        }
        return names
    }

    /// Logs that nothing was found, once for each kind. The server silently leaves out resources that a role's labels do not
    /// match, so only the log line can tell the operator why posts show ids.
    private func logEmptyListing(of kind: String) {
        guard kindsLoggedAsEmpty.withLock({ $0.insert(kind).inserted }) else { return }
        let version = slot.status.serverVersion.flatMap { ServerVersion($0) }
        let addition =
            kind == "node" && version.map { $0 >= .previewPreset } ?? false
            ? "review_requests: {preview_as_roles: [list-access-request-resources]}"
            : "\(kind == "node" ? "node_labels" : "group_labels"): {'*': '*'}"
        logger.info(
            """
            ListResources: the plugin's role may list \(kind) and is shown none that a request asks for, so posts show ids; \
            unless they are gone, for names add to spec.allow of the role: \(addition)
            """)
    }

    /// Whether the name can stand in quotes in a predicate expression.
    static func isQuotable(_ name: String) -> Bool {
        !name.isEmpty && name.isExact && name.utf8.count <= 256 && !name.contains { $0 == "\"" || $0 == "\\" || $0.isNewline }
    }

    /// Returns a line with the logins of each role, as far as the plugin's role may read them.
    private func logins(of roles: [String]) async -> [String] {
        var lines: [String] = []
        for role in roles.prefix(Self.lookUpLimit) where role.isExact {
            let logins = await cachedLogins(of: role)
            if !logins.isEmpty { lines.append("\(role): \(logins.joined(separator: ", "))") }
        }
        return lines
    }

    /// Returns the logins that a role allows, from the cache if possible; empty if the role cannot be read.
    private func cachedLogins(of role: String) async -> [String] {
        if let known = roleLogins.value(of: role) { return known }
        do {
            let answer = try await call(.readRole) { try await $0.api.getRole(.with { $0.name = role }, options: Link.options) }
            // Variables such as `{{internal.logins}}` mean nothing to people, so they are left out.
            let logins = answer.spec.allow.logins.filter { !$0.contains("{{") && !$0.hasPrefix("-teleport-") }
            roleLogins.remember(logins, of: role)
            return logins
        } catch {
            if error.code == .permissionDenied || error.code == .notFound { roleLogins.remember([], of: role) }
            return []
        }
    }
}

extension Proto_PaginatedResource {
    /// The name by which a request asks for the resource, and the name by which people know it.
    fileprivate var nameAndTitle: (name: String, title: String)? {
        switch resource {
        case .node(let node): (node.metadata.name, node.spec.hostname)
        case .userGroup(let group):
            (
                group.header.metadata.name,
                group.header.metadata.labels["teleport.internal/okta-group-name"] ?? group.header.metadata.description_p
            )
        case .databaseServer, .appServer, .windowsDesktop, .kubeCluster, .kubernetesServer, nil: nil
        }
    }
}
