import GRPCCore
import SwiftProtobuf
import TeleportAPI
import Testing

@testable import Sandbox

/// What happens to plugin data over time, and who may read all of it.
@Suite struct AuthPluginDataRuleTests {
    private static let start: Int64 = 1_795_212_453_000_000_000
    private static let hour: Int64 = 3_600_000_000_000

    private func desk(
        _ permissions: Set<AuthPermission> = AuthPermission.plugin, life: Duration? = nil, ids: [String] = ["a", "b"]
    ) throws -> AuthDesk {
        let desk = AuthDesk(permissions: permissions)
        for id in ids {
            desk.time.script(Self.start, Self.start)
            _ = desk.store.create(
                id: id, user: "myuser", roles: ["editor"], reason: "", pendingTTL: .seconds(3600), accessTTL: .seconds(7200)
            ) { $0.pluginDataLife = life }
            try store(id, in: desk)
        }
        return desk
    }

    private func store(_ id: String, in desk: AuthDesk, expect: [String: String] = [:]) throws {
        try desk.store.update(.init(requestID: id, plugin: "mattermost", set: ["of": id], expect: expect))
    }

    private func read(_ desk: AuthDesk, _ id: String = "", plugin: String = "mattermost") async throws -> [String] {
        let filter = Types_PluginDataFilter.with { ($0.kind, $0.resource, $0.plugin) = ("access_request", id, plugin) }
        return try await desk.calls.getPluginData(request: ServerRequest(filter), context: desk.context("GetPluginData"))
            .message.pluginData.map(\.metadata.name)
    }

    @Test("Without a resource all records are given, those of removed requests too, each until its own end")
    func all() async throws {
        let desk = try desk()
        desk.store.delete("a")
        #expect(try await read(desk) == ["a", "b"])
        #expect(try await read(desk, plugin: "slack").isEmpty)
        // Both requests are gone then; the records stay for an hour after the access that was asked for.
        desk.time.script(Self.start + 3 * Self.hour - 1)
        #expect(try await read(desk) == ["a", "b"])
        desk.time.script(Self.start + 3 * Self.hour)
        #expect(try await read(desk).isEmpty)
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
            let desk = try desk(permissions)
            for id in ["", "a"] {
                if let missing {
                    await #expect(throws: AuthRefusal.denied(missing)) { try await read(desk, id) }
                } else {
                    #expect(try await !read(desk, id).isEmpty)
                }
            }
        }
    }

    @Test("A server can refuse the call without a resource alone")
    func refused() async throws {
        let (desk, refusal) = (try desk(), AuthRefusal(.badParameter, "missing parameter resource"))
        desk.store.pluginDataRules.listRefusal = refusal
        await #expect(throws: refusal) { try await read(desk) }
        #expect(try await read(desk, "a") == ["a"])
    }

    @Test("A server can drop a record with its request, removed or lapsed")
    func dropped() async throws {
        let desk = try desk()
        desk.store.pluginDataRules.goesWithRequest = true
        desk.store.delete("a")
        #expect(try await read(desk) == ["b"])
        desk.time.script(Self.start + Self.hour)
        desk.store.sweep()
        #expect(try await read(desk).isEmpty)
    }

    @Test("Data can end before its request, by request and by server; then it is made anew by who expects nothing")
    func endsEarly() async throws {
        let desk = try desk(life: .seconds(60), ids: ["a"])
        desk.time.script(Self.start + 60_000_000_000)
        #expect(try await read(desk).isEmpty)
        #expect(desk.store.request("a") != nil)
        #expect(throws: AuthRefusal(.compareFailed, "expectations not met for field \"of\"")) {
            try store("a", in: desk, expect: ["of": "a"])
        }
        try store("a", in: desk, expect: ["of": ""])
        #expect(try await read(desk) == ["a"])
        let server = try self.desk(ids: [])
        server.store.pluginDataRules.life = .seconds(5)
        server.create("c", created: Self.start, written: Self.start)
        try store("c", in: server)
        server.time.script(Self.start + 5_000_000_000)
        #expect(try await read(server).isEmpty)
    }

    @Test("One record can be ended at once; a sweep leaves the others")
    func ended() async throws {
        let desk = try desk()
        desk.store.expirePluginData(of: "a")
        desk.store.sweep()
        #expect(try await read(desk) == ["b"])
    }
}
