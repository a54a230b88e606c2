import GRPCCore
import SwiftProtobuf
import TeleportAPI
import Testing

@testable import Sandbox

/// Tests of when plugin data expires, and of who may read it.
@Suite struct AuthPluginDataRuleTests {
    private static let start: Int64 = 1_795_212_453_000_000_000
    private static let hour: Int64 = 3_600_000_000_000

    private func service(
        _ permissions: Set<AuthPermission> = AuthPermission.plugin, life: Duration? = nil, ids: [String] = ["a", "b"]
    ) throws -> AuthInMemory {
        let service = AuthInMemory(permissions: permissions)
        for id in ids {
            service.time.script(Self.start, Self.start)
            _ = service.store.create(
                id: id, user: "myuser", roles: ["editor"], reason: "", pendingTTL: .seconds(3600), accessTTL: .seconds(7200)
            ) { $0.pluginDataLife = life }
            try store(id, in: service)
        }
        return service
    }

    private func store(_ id: String, in service: AuthInMemory, expect: [String: String] = [:]) throws {
        try service.store.update(.init(requestID: id, plugin: "mattermost", set: ["of": id], expect: expect))
    }

    private func read(_ service: AuthInMemory, _ id: String = "", plugin: String = "mattermost") async throws -> [String] {
        let filter = Types_PluginDataFilter.with { ($0.kind, $0.resource, $0.plugin) = ("access_request", id, plugin) }
        return try await service.calls.getPluginData(request: ServerRequest(filter), context: service.context("GetPluginData"))
            .message.pluginData.map(\.metadata.name)
    }

    @Test("Without a resource all records are returned, including those of removed requests, each until it expires")
    func all() async throws {
        let service = try service()
        service.store.delete("a")
        #expect(try await read(service) == ["a", "b"])
        #expect(try await read(service, plugin: "slack").isEmpty)
        // Both requests are gone then. The records stay until an hour after the end of the requested access.
        service.time.script(Self.start + 3 * Self.hour - 1)
        #expect(try await read(service) == ["a", "b"])
        service.time.script(Self.start + 3 * Self.hour)
        #expect(try await read(service).isEmpty)
    }

    @Test("list and read are needed, each on requests or on plugin data, with or without a resource")
    func permissions() async throws {
        let (requests, data) = ("access_request", "access_plugin_data")
        let may: [(Set<AuthPermission>, AuthPermission?)] = [
            ([.init("list", requests), .init("read", requests)], nil), ([.init("list", data), .init("read", data)], nil),
            ([.init("list", requests), .init("read", data)], nil), ([.init("read", data)], .init("list", data)),
            ([.init("list", requests)], .init("read", data)), ([], .init("list", data)),
        ]
        for (permissions, missing) in may {
            let service = try service(permissions)
            for id in ["", "a"] {
                if let missing {
                    await #expect(throws: AuthRefusal.denied(missing)) { try await read(service, id) }
                } else {
                    #expect(try await !read(service, id).isEmpty)
                }
            }
        }
    }

    @Test("A server can refuse only those calls that name no resource")
    func refused() async throws {
        let (service, refusal) = (try service(), AuthRefusal(.badParameter, "missing parameter resource"))
        service.store.pluginDataRules.listRefusal = refusal
        await #expect(throws: refusal) { try await read(service) }
        #expect(try await read(service, "a") == ["a"])
    }

    @Test("A server can drop a record with its request, removed or lapsed")
    func dropped() async throws {
        let service = try service()
        service.store.pluginDataRules.goesWithRequest = true
        service.store.delete("a")
        #expect(try await read(service) == ["b"])
        service.time.script(Self.start + Self.hour)
        service.store.sweep()
        #expect(try await read(service).isEmpty)
    }

    @Test("Data can expire before its request, by request and by server; then a call that expects nothing stores it anew")
    func endsEarly() async throws {
        let service = try service(life: .seconds(60), ids: ["a"])
        service.time.script(Self.start + 60_000_000_000)
        #expect(try await read(service).isEmpty)
        #expect(service.store.request("a") != nil)
        #expect(throws: AuthRefusal(.compareFailed, "expectations not met for field \"of\"")) {
            try store("a", in: service, expect: ["of": "a"])
        }
        try store("a", in: service, expect: ["of": ""])
        #expect(try await read(service) == ["a"])
        let server = try self.service(ids: [])
        server.store.pluginDataRules.life = .seconds(5)
        server.create("c", created: Self.start, written: Self.start)
        try store("c", in: server)
        server.time.script(Self.start + 5_000_000_000)
        #expect(try await read(server).isEmpty)
    }

    @Test("One record can be removed at once; a sweep leaves the others")
    func ended() async throws {
        let service = try service()
        service.store.expirePluginData(of: "a")
        service.store.sweep()
        #expect(try await read(service) == ["b"])
    }
}
