package import Access
import Logging
import NIOCore
import SwiftProtobuf
import Synchronization
import TeleportAPI

/// The names that people know things by, as far as this role may read them: nice to have, and nobody waits long for them.
extension TeleportClient {
    private static let nameLimit = Duration.seconds(2)
    /// Of each kind of thing, in one request.
    private static let lookUpLimit = 20

    package func named(_ request: AccessRequest) async -> Subject {
        var subject = Subject(request)
        async let resources = within(Self.nameLimit, on: group.any()) { try await self.names(of: request.resources) }
        async let logins = within(Self.nameLimit, on: group.any()) { await self.logins(of: request.roles) }
        if let names = try? await resources {
            subject.resources = request.resources.map { $0.shown(as: names[$0] ?? $0.name) }
        }
        if let lines = try? await logins { subject.logins += lines }
        return subject
    }

    /// Of nodes the host name, of user groups the name in the identity provider; all else is known by its own name.
    private func names(of resources: [RequestedResource]) async throws -> [RequestedResource: String] {
        var names: [RequestedResource: String] = [:]
        for kind in ["node", "user_group"] {
            let asked = resources.filter { $0.kind == kind && Self.isQuotable($0.name) }.prefix(Self.lookUpLimit)
            guard !asked.isEmpty else { continue }
            let query = Proto_ListResourcesRequest.with {
                $0.resourceType = kind
                $0.limit = Int32(Self.lookUpLimit)
                $0.predicateExpression = asked.map { "resource.metadata.name == \"\($0.name)\"" }.joined(separator: " || ")
                ($0.useSearchAsRoles, $0.usePreviewAsRoles) = (true, true)
            }
            // Of one kind not to be told says nothing of the other.
            let found = try? await call(.listResources) {
                try await $0.api.listResources(query, options: Link.options).resources
            }
            guard let found else { continue }
            for resource in found {
                guard let (name, shown) = resource.nameAndTitle, !shown.isEmpty else { continue }
                for each in asked where each.name == name { names[each] = shown }
            }
            // Another cluster's cannot be found here.
            if found.isEmpty, asked.contains(where: { $0.cluster == clusterName }) { noteUnseen(kind) }
        }
        return names
    }

    /// Said once of each kind: the server leaves out what a role's labels do not match, and says nothing of it.
    private func noteUnseen(_ kind: String) {
        guard unseenKinds.withLock({ $0.insert(kind).inserted }) else { return }
        let labels = kind == "node" ? "node_labels" : "group_labels"
        logger.info(
            """
            ListResources: the plugin's role may list \(kind) and is shown none that a request asks for, so posts show ids; \
            unless they are gone, for names add to spec.allow of the role: \(labels): {'*': '*'}
            """)
    }

    private static func isQuotable(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 256 && !name.contains { $0 == "\"" || $0 == "\\" || $0.isNewline }
    }

    /// A line for each role that this one may read.
    private func logins(of roles: [String]) async -> [String] {
        var lines: [String] = []
        for role in roles.prefix(Self.lookUpLimit) {
            let logins = await rememberedLogins(of: role)
            if !logins.isEmpty { lines.append("\(role): \(logins.joined(separator: ", "))") }
        }
        return lines
    }

    private func rememberedLogins(of role: String) async -> [String] {
        if let known = roleLogins.value(of: role) { return known }
        do {
            let answer = try await call(.readRole) { try await $0.api.getRole(.with { $0.name = role }, options: Link.options) }
            // `{{internal.logins}}` and the like say nothing to people.
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
    /// The id that a request names it by, and what people call it.
    fileprivate var nameAndTitle: (name: String, title: String)? {
        switch resource {
        case .node(let node): (node.metadata.name, node.spec.hostname)
        case .userGroup(let group):
            (
                group.header.metadata.name,
                group.header.metadata.labels["teleport.internal/okta-group-name"] ?? group.header.metadata.description_p
            )
        case nil: nil
        }
    }
}
