import GRPCCore
import SwiftProtobuf
import TeleportAPI

extension AuthCalls {
    /// Lists nodes and applications. The query must have the form `resource.metadata.name == "…"`, several of them joined with
    /// `||`.
    func listResources(
        request: ServerRequest<Proto_ListResourcesRequest>, context: ServerContext
    ) async throws -> ServerResponse<Proto_ListResourcesResponse> {
        guard majorVersion >= 9 else { throw unimplemented(context) }
        let query = request.message
        let isPreview = configuration.previewsNodes && query.usePreviewAsRoles && query.resourceType == "node"
        for verb in ["list", "read"] where !isPreview { _ = try require(verb, query.resourceType, context) }
        let asked = query.predicateExpression.split(separator: "\"").enumerated().filter { $0.offset % 2 == 1 }
            .map { String($0.element) }
        return ServerResponse(
            message: .with { $0.resources = query.resourceType == "app_server" ? applications(asked) : nodes(asked) })
    }

    private func nodes(_ asked: [String]) -> [Proto_PaginatedResource] {
        asked.compactMap { id in
            guard let hostname = configuration.nodes[id] else { return nil }
            return .with {
                $0.node = .with {
                    ($0.metadata.name, $0.spec.hostname) = (id, hostname)
                    $0.metadata.labels = configuration.nodeLabels[id] ?? [:]
                }
            }
        }
    }

    private func applications(_ asked: [String]) -> [Proto_PaginatedResource] {
        asked.compactMap { name in
            guard let labels = configuration.applications[name] else { return nil }
            return .with {
                $0.appServer.spec.app = .with { ($0.metadata.name, $0.metadata.labels) = (name, labels) }
            }
        }
    }
}
