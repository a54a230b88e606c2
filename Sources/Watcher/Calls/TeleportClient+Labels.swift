package import Access
import SwiftProtobuf
import TeleportAPI

extension TeleportClient {
    /// The largest number of resources of one request whose labels are looked up.
    private static let labelLimit = 500
    /// The number of results in a page. An application that several servers serve is a result for each of them.
    private static let labelPage: Int32 = 1000
    private static let labelPages = 5

    package func labels(of resources: [RequestedResource]) async throws(TeleportError) -> [[String: String]] {
        guard resources.count <= Self.labelLimit else {
            throw TeleportError(.other, "a request for \(resources.count) resources is too large to look up their labels")
        }
        // The cluster's name is known once there is a connection.
        if clusterName == nil { try await call(.ping) { _ in } }
        var labels: [RequestedResource: [String: String]] = [:]
        // A resource of another cluster cannot be found here, and one of this cluster may have the same name.
        let own = resources.filter { $0.cluster == clusterName && Self.isQuotable($0.name) }
        for (kind, asked) in Dictionary(grouping: own, by: \.kind).sorted(by: { $0.key < $1.key }) {
            let found = try await self.labels(ofKind: kind, names: Set(asked.map(\.name)))
            for resource in asked { labels[resource] = found[resource.name] }
        }
        return resources.map { labels[$0] ?? [:] }
    }

    private func labels(ofKind kind: String, names: Set<String>) async throws(TeleportError) -> [String: [String: String]] {
        var query = Proto_ListResourcesRequest.with {
            $0.resourceType = Self.listedKind(kind)
            $0.limit = Self.labelPage
            $0.predicateExpression = names.sorted().map { "resource.metadata.name == \"\($0)\"" }.joined(separator: " || ")
            // Roles in `preview_as_roles` are used, and those in `search_as_roles` are not, because the latter may show other
            // resources than those that the rules mean.
            $0.usePreviewAsRoles = true
        }
        var labels: [String: [String: String]] = [:]
        for _ in 0..<Self.labelPages {
            let page = try await call(.listResources) { [query] in
                try await $0.api.listResources(query, options: Link.options)
            }
            for resource in page.resources {
                guard let found = resource.nameAndLabels else {
                    throw TeleportError(.other, "ListResources: a resource of the kind \"\(kind)\" cannot be read")
                }
                labels[found.name] = found.labels
            }
            guard !page.nextKey.isEmpty, page.nextKey != query.startKey else { break }
            query.startKey = page.nextKey
        }
        return labels
    }

    /// Returns the kind by which resources are listed. Some are listed by the servers that serve them.
    private static func listedKind(_ kind: String) -> String {
        switch kind {
        case "app": "app_server"
        case "db": "db_server"
        case "kube_cluster": "kube_server"
        default: kind
        }
    }
}

extension Proto_PaginatedResource {
    /// The resource's name and its labels, with those that commands produce. Nil for a kind that this version does not know.
    fileprivate var nameAndLabels: (name: String, labels: [String: String])? {
        switch resource {
        case .node(let node): Self.named(node.metadata, node.spec.cmdLabels)
        case .appServer(let server): Self.named(server.spec.app.metadata, server.spec.app.spec.dynamicLabels)
        case .databaseServer(let server): Self.named(server.spec.database.metadata, server.spec.database.spec.dynamicLabels)
        case .kubernetesServer(let server): Self.named(server.spec.cluster.metadata, server.spec.cluster.spec.dynamicLabels)
        case .kubeCluster(let cluster): Self.named(cluster.metadata, cluster.spec.dynamicLabels)
        case .windowsDesktop(let desktop): Self.named(desktop.header.metadata, [:])
        case .userGroup(let group): Self.named(group.header.metadata, [:])
        case nil: nil
        }
    }

    private static func named(
        _ metadata: Types_Metadata, _ commands: [String: Types_CommandLabelV2]
    ) -> (name: String, labels: [String: String]) {
        (metadata.name, metadata.labels.merging(commands.mapValues(\.result)) { $1 })
    }
}
