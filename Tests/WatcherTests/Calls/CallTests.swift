import Access
import Sandbox
import TestSupport
import Testing

@testable import Watcher

@Suite("Calls over real sockets", .timeLimit(.minutes(5)))
struct CallTests {
    @Test("A call made before there is a connection waits for it")
    func waits() async throws {
        try await AuthUnderTest.run { test in
            let name = test.auth.createRequest(user: "alice", roles: ["editor", "auditor"], reason: "deploy")
            let id = try #require(RequestID(name))
            let request = try #require(try await test.client.request(id))
            #expect(request.user == "alice")
            #expect(request.roles == ["editor", "auditor"])
            #expect(request.reason == "deploy")
            #expect(request.state == .pending)
            let expires = try #require(request.expires)
            #expect(expires.since(request.created) == .seconds(3600))
        }
    }

    @Test("The web UI's address is the proxy's only where the web UI shows requests, or the one that is configured")
    func webAddress() async throws {
        for (isEnterprise, configured, address) in [
            (false, nil, nil), (true, nil, "proxy.example"), (false, "web.example", "web.example"),
        ] as [(Bool, String?, String?)] {
            try await AuthUnderTest.run(
                server: { ($0.proxyAddress, $0.advancedAccessWorkflows) = ("proxy.example:443", isEnterprise) },
                adjust: { $0.webAddress = configured }
            ) { test in
                _ = try await test.client.requests()
                #expect(test.client.webAddress == address)
            }
        }
    }

    @Test("A request that does not exist is nil")
    func missing() async throws {
        try await AuthUnderTest.run { test in
            let id = try #require(RequestID("00000000-0000-0000-0000-000000000000"))
            let request = try await test.client.request(id)
            #expect(request == nil)
        }
    }

    @Test("An approval reaches the server with its delegator and reason; a missing request is not found")
    func decides() async throws {
        try await AuthUnderTest.run { test in
            let name = test.auth.createRequest(user: "alice", roles: ["editor"])
            let id = try #require(RequestID(name))
            try await test.client.decide(.approve, on: id, delegator: "mattermost:bob@example.com", reason: "fine")
            let request = try await test.client.request(id)
            #expect(request?.state == .approved)
            #expect(request?.resolveReason == "fine")
            #expect(test.auth.auditLog.last?.delegator == "mattermost:bob@example.com")
            let gone = try #require(RequestID("gone"))
            let error = await #expect(throws: TeleportError.self) {
                try await test.client.decide(.deny, on: gone, delegator: "mattermost:x", reason: "")
            }
            #expect(error?.code == .notFound)
        }
    }

    @Test("Plugin data is swapped only where it is as expected")
    func pluginData() async throws {
        try await AuthUnderTest.run { test in
            let id = try #require(RequestID(test.auth.createRequest(user: "alice", roles: ["editor"])))
            let before = try await test.client.pluginData(of: id)
            #expect(before == [:])
            try await test.client.updatePluginData(of: id, setting: ["claim": "a"], expecting: ["claim": ""])
            let stored = try await test.client.pluginData(of: id)
            #expect(stored == ["claim": "a"])
            let error = await #expect(throws: TeleportError.self) {
                try await test.client.updatePluginData(of: id, setting: ["claim": "b"], expecting: ["claim": ""])
            }
            #expect(error?.code == .conflict)
            try await test.client.updatePluginData(of: id, setting: ["claim": ""], expecting: ["claim": "a"])
            let after = try await test.client.pluginData(of: id)
            #expect(after == [:])
        }
    }

    @Test("Two thousand calls go over one connection, though the server sends a PING with each")
    func manyCalls() async throws {
        try await AuthUnderTest.run { test in
            let id = try #require(RequestID(test.auth.createRequest(user: "alice", roles: ["editor"])))
            for _ in 0..<2000 { _ = try await test.client.request(id) }
            #expect(test.auth.connectionCount == 1)
            #expect(test.events.items.count { $0 == .connected } == 1)
        }
    }

    @Test("A list larger than gRPC's usual 4 MiB arrives whole")
    func largeList() async throws {
        try await AuthUnderTest.run { test in
            let reason = String(repeating: "r", count: 75_000)
            for _ in 0..<60 { test.auth.createRequest(user: "alice", roles: ["editor"], reason: reason) }
            let requests = try await test.client.requests()
            #expect(requests.count == 60)
        }
    }

    @Test("A newer server, which lists by a stream only, is listed by it", arguments: ["7.3.2", "12.0.0", "13.0.0"])
    func listsByStream(version: String) async throws {
        try await AuthUnderTest.run(server: { $0.version = version }) { test in
            let id = RequestID(test.auth.createRequest(user: "alice", roles: ["editor"]))
            for _ in 0..<2 {
                let requests = try await test.client.requests()
                #expect(requests.map(\.id) == [id])
            }
        }
    }

    @Test("A call without an answer ends at its time limit and leaves the connection to others")
    func stalledCall() async throws {
        try await AuthUnderTest.run(adjust: { $0.callTimeout = .seconds(8) }) { test in
            _ = try await test.events.first { $0 == .connected }
            test.auth.faults.next(of: "GetAccessRequests", .stall)
            let error = await #expect(throws: TeleportError.self) { try await test.client.requests() }
            #expect(error?.code == .timedOut)
            let requests = try await test.client.requests()
            #expect(requests == [])
            #expect(test.events.items == [.connected])
        }
    }

    @Test("A call while there is no connection ends with the reason of the last failure")
    func noConnection() async throws {
        try await AuthUnderTest.run(adjust: { $0.callTimeout = .milliseconds(500) }) { test in
            _ = try await test.events.first { $0 == .connected }
            try await test.auth.stop()
            _ = try await test.events.first { event in
                if case .disconnected(let error) = event { error.words.contains("Connection refused") } else { false }
            }
            let error = await #expect(throws: TeleportError.self) { try await test.client.requests() }
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains("Connection refused") == true)
        }
    }

    @Test("A role that may not decide is told which rule it lacks")
    func mayNotDecide() async throws {
        let permissions = AuthPermission.plugin.subtracting([AuthPermission("update", "access_request")])
        try await AuthUnderTest.run(server: { $0.permissions = ["access-plugin-mattermost": permissions] }) { test in
            let id = try #require(RequestID(test.auth.createRequest(user: "alice", roles: ["editor"])))
            let error = await #expect(throws: TeleportError.self) {
                try await test.client.decide(.approve, on: id, delegator: "mattermost:x", reason: "")
            }
            #expect(error?.code == .permissionDenied)
            #expect(error?.message.contains("resources: [access_request], verbs: [update]") == true)
        }
    }

    @Test("A read whose connection is cut is made again on the next")
    func cutRead() async throws {
        try await AuthUnderTest.run { test in
            _ = try await test.events.first { $0 == .connected }
            test.auth.faults.next(of: "GetAccessRequests", .drop, times: 2)
            let requests = try await test.client.requests()
            #expect(requests == [])
        }
    }

    @Test("A write whose connection is cut fails at once: it may have been done")
    func cutWrite() async throws {
        try await AuthUnderTest.run { test in
            let id = try #require(RequestID(test.auth.createRequest(user: "alice", roles: ["editor"])))
            _ = try await test.events.first { $0 == .connected }
            test.auth.faults.next(of: "SetAccessRequestState", .actThenDrop)
            let error = await #expect(throws: TeleportError.self) {
                try await test.client.decide(.approve, on: id, delegator: "mattermost:x", reason: "")
            }
            #expect(error?.code == .unavailable)
            let request = try await test.client.request(id)
            #expect(request?.state == .approved)
        }
    }
}
