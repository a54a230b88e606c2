import Access
import Sandbox
import Testing

@testable import Watcher

@Suite("The names of nodes and the logins of roles", .timeLimit(.minutes(1)))
struct NameTests {
    private func request(in cluster: String) throws -> AccessRequest {
        var request = AccessRequest(
            id: try #require(RequestID("2ac7a19b-41ca-4cbf-a491-9a0009d3eef6")), user: "alice", roles: ["editor", "dba"],
            state: .pending, created: .init(milliseconds: 0))
        request.resources = [
            RequestedResource(cluster: cluster, kind: "node", name: "6f1e"),
            RequestedResource(cluster: cluster, kind: "node", name: "0000"),
            RequestedResource(cluster: cluster, kind: "db", name: "orders", part: "public"),
        ]
        return request
    }

    private func named(_ permissions: [AuthPermission], version: String = "15.0.0") async throws -> Subject {
        let result = Observer<Subject>()
        let request = try request(in: "c")
        try await AuthUnderTest.run { server in
            server.version = version
            server.nodes = ["6f1e": "db-1.example"]
            server.roleLogins = ["editor": ["root", "ubuntu"], "dba": ["{{internal.logins}}"]]
            server.permissions["access-plugin-mattermost"]?.formUnion(permissions)
        } _: { test in
            result.record(await test.client.named(request))
        }
        return try await result.first { _ in true }
    }

    @Test("Nodes are shown by host name and roles with their logins, if the plugin's role may read them")
    func readable() async throws {
        let subject = try await named(
            [AuthPermission("list", "node"), AuthPermission("read", "node"), AuthPermission("read", "role")])
        #expect(subject.resources == ["/node/db-1.example", "/node/0000", "/db/orders/public"])
        #expect(subject.logins == ["editor: root, ubuntu"])
    }

    @Test("Without the permission, and on a server that lacks the call, the ids are shown", arguments: ["15.0.0", "8.1.0"])
    func hidden(version: String) async throws {
        let subject = try await named([], version: version)
        #expect(subject.resources == ["/node/6f1e", "/node/0000", "/db/orders/public"])
        #expect(subject.logins.isEmpty)
    }

    @Test("Nodes are shown by host name without a rule on them if the plugin's role may preview one that lists them")
    func previewed() async throws {
        let request = try request(in: "c")
        for isPreview in [true, false] {
            try await AuthUnderTest.run { server in
                (server.version, server.nodes, server.previewsNodes) = ("18.1.0", ["6f1e": "db-1.example"], isPreview)
            } _: { test in
                #expect(await test.client.named(request).resources[0] == (isPreview ? "/node/db-1.example" : "/node/6f1e"))
                #expect(await test.client.maySeeNodes() == isPreview)
            }
        }
    }

    @Test("From the version with preset roles on, the log names the role to preview in place of labels")
    func presetMend() async throws {
        let request = try request(in: "sandbox.example")
        try await AuthUnderTest.run { server in
            (server.version, server.previewsNodes) = ("18.1.0", true)
        } _: { test in
            _ = await test.client.named(request)
            let mend = "add to spec.allow of the role: review_requests: {preview_as_roles: [list-access-request-resources]}"
            #expect(test.log.items.contains { $0.contains(mend) }, "\(test.log.items)")
        }
    }

    private static let readsNodes = [AuthPermission("list", "node"), AuthPermission("read", "node")]

    @Test(
        "If the role may list nodes but is shown none, the labels to add are logged once",
        arguments: [
            ("sandbox.example", [:], readsNodes, 1), ("sandbox.example", ["6f1e": "db-1.example"], readsNodes, 0),
            ("leaf.example", [:], readsNodes, 0), ("sandbox.example", [:], [], 0),
        ])
    func unseen(cluster: String, nodes: [String: String], permissions: [AuthPermission], count: Int) async throws {
        let request = try request(in: cluster)
        try await AuthUnderTest.run { server in
            (server.version, server.nodes) = ("15.0.0", nodes)
            server.permissions["access-plugin-mattermost"]?.formUnion(permissions)
        } _: { test in
            for _ in 0..<2 { _ = await test.client.named(request) }
            let said = test.log.items.filter { $0.contains("add to spec.allow of the role: node_labels: {'*': '*'}") }
            #expect(said.count == count, "\(test.log.items)")
            #expect(said.allSatisfy { $0.hasPrefix("info ") })
        }
    }
}
