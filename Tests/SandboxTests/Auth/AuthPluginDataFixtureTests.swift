import GRPCCore
import SwiftProtobuf
import TeleportAPI
import TestSupport
import Testing

@testable import Sandbox

/// Compares plugin data with recorded answers of a real server.
@Suite struct AuthPluginDataFixtureTests {
    private static let id = "2ac7a19b-41ca-4cbf-a491-9a0009d3eef6"
    private static let stored = ["user": "myuser", "messages": "chan1/post1", "roles": "editor"]

    private func service() -> AuthInMemory {
        let service = AuthInMemory()
        service.create(Self.id, created: 1_795_212_453_332_521_460, written: 1_795_212_453_332_602_330)
        return service
    }

    @discardableResult
    private func update(
        _ service: AuthInMemory, set: [String: String], expect: [String: String] = [:], of id: String = id
    ) async throws -> [UInt8] {
        let update = Types_PluginDataUpdateParams.with {
            ($0.kind, $0.resource, $0.plugin) = ("access_request", id, "mattermost")
            ($0.set, $0.expect) = (set, expect)
        }
        let context = service.context("UpdatePluginData")
        return try await service.calls.updatePluginData(request: ServerRequest(update), context: context).bytes()
    }

    private func read(_ service: AuthInMemory) async throws -> Proto_PluginDataSeq {
        let filter = Types_PluginDataFilter.with {
            ($0.kind, $0.resource, $0.plugin) = ("access_request", Self.id, "mattermost")
        }
        let context = service.context("GetPluginData")
        return try await service.calls.getPluginData(request: ServerRequest(filter), context: context).message
    }

    @Test("Nothing stored gives an empty answer")
    func empty() async throws {
        let answer: [UInt8] = try await read(service()).serializedBytes()
        #expect(try answer == fixture("get_plugin_data_empty"))
    }

    @Test("What was stored comes back in the server's shape, to expire an hour after the access")
    func stored() async throws {
        let service = service()
        service.time.script(1_795_212_458_370_175_680)
        #expect(try await update(service, set: Self.stored) == fixture("update_plugin_data_create"))
        let answer = try await read(service)
        // The order of the fields of a map is not specified. So the test compares the decoded messages and the number of bytes.
        let expected = try fixture("get_plugin_data")
        #expect(try answer == Proto_PluginDataSeq(serializedBytes: expected))
        #expect(try answer.serializedData().count == expected.count)
    }

    @Test("An expectation that is not met is refused in the server's words, and nothing is written")
    func compareFailed() async throws {
        let service = service()
        try await update(service, set: Self.stored)
        let refusal = try FailureFixture.read("update_plugin_data_compare_failed")
        await #expect(
            performing: {
                try await update(service, set: ["user": "other"], expect: ["user": "somebody"])
            }, throws: { ($0 as? AuthRefusal).map(refusal.matches) ?? false })
        #expect(service.store.pluginData(of: Self.id)?.entries == ["mattermost": Self.stored])
    }

    @Test("An empty expectation means that the key must be absent")
    func expectAbsent() async throws {
        let service = service()
        try await update(service, set: ["claim": "a"], expect: ["claim": ""])
        let refusal = AuthRefusal(.compareFailed, "expectations not met for field \"claim\"")
        await #expect(throws: refusal) { try await update(service, set: ["claim": "b"], expect: ["claim": ""]) }
        try await update(service, set: ["claim": "b"], expect: ["claim": "a"])
        #expect(service.store.pluginData(of: Self.id)?.entries == ["mattermost": ["claim": "b"]])
    }

    @Test("An empty value deletes its key, and the last key its plugin")
    func deleteKeys() async throws {
        let service = service()
        try await update(service, set: ["a": "1", "b": "2"])
        try await update(service, set: ["a": ""])
        #expect(service.store.pluginData(of: Self.id)?.entries == ["mattermost": ["b": "2"]])
        try await update(service, set: ["b": ""])
        #expect(try await read(service).pluginData.isEmpty)
    }

    @Test("Storing with a request that is gone is refused in the server's words")
    func missingRequest() async throws {
        let refusal = try FailureFixture.read("update_plugin_data_missing_request")
        await #expect(
            performing: {
                try await update(service(), set: ["a": "1"], of: "00000000-0000-0000-0000-000000000000")
            }, throws: { ($0 as? AuthRefusal).map(refusal.matches) ?? false })
    }

    @Test("Stored data outlives its request and can still be written")
    func outlives() async throws {
        let service = service()
        try await update(service, set: ["a": "1"])
        service.store.delete(Self.id)
        #expect(service.store.request(Self.id) == nil)
        #expect(try await read(service).pluginData.count == 1)
        try await update(service, set: ["a": "2"])
        #expect(service.store.pluginData(of: Self.id)?.entries == ["mattermost": ["a": "2"]])
    }

    @Test("A value of 100 KB is kept")
    func large() async throws {
        let service = service()
        let value = String(repeating: "x", count: 100_000)
        try await update(service, set: ["a": value])
        #expect(try await read(service).pluginData.first?.spec.entries["mattermost"]?.data["a"] == value)
    }
}
