import GRPCCore
import SwiftProtobuf
import TeleportAPI
import Testing

@testable import Sandbox

/// Tests of Teleport's rules that the recorded answers do not show.
@Suite struct AuthRuleTests {
    private static let start: Int64 = 1_795_212_453_000_000_000
    private static let hour: Int64 = 3_600_000_000_000

    private func service(
        version: String = "7.3.2", permissions: Set<AuthPermission> = AuthPermission.plugin
    ) -> AuthInMemory {
        let service = AuthInMemory(version: version, permissions: permissions)
        service.create("a", created: Self.start, written: Self.start)
        return service
    }

    private func decide(_ service: AuthInMemory, _ state: AuthRequest.State, delegator: String = "") throws {
        try service.store.setState(of: "a", to: state, reason: "", delegator: delegator, caller: AuthInMemory.plugin)
    }

    @Test("A denial is final: approving afterwards is refused, denying again is not")
    func deniedStands() throws {
        let service = service()
        try decide(service, .denied)
        let refusal = AuthRefusal(.badParameter, "cannot set request-state \"APPROVED\" (already denied)")
        #expect(throws: refusal) { try decide(service, .approved) }
        try decide(service, .denied)
        #expect(service.store.request("a")?.state == .denied)
    }

    @Test("An approval is not final: the request can be denied and made pending again")
    func approvalFalls() throws {
        let service = service()
        try decide(service, .approved)
        try decide(service, .pending)
        #expect(service.store.request("a")?.state == .pending)
    }

    @Test("Every decision is in the audit log with its delegator and caller; a refused one is not")
    func audit() throws {
        let service = service()
        try decide(service, .approved, delegator: "mattermost:alice@example.com")
        try decide(service, .denied, delegator: "mattermost:bob@example.com")
        #expect(throws: AuthRefusal.self) { try decide(service, .approved, delegator: "mattermost:eve@example.com") }
        #expect(service.store.audit.map(\.delegator) == ["mattermost:alice@example.com", "mattermost:bob@example.com"])
        #expect(service.store.audit.map(\.state) == [.approved, .denied])
        #expect(service.store.audit.allSatisfy { $0.caller == AuthInMemory.plugin && $0.requestID == "a" })
    }

    @Test("A pending request is hidden at the end of its hour, and its deletion told by the next sweep")
    func expiry() async throws {
        let service = service()
        let watch = try await service.calls.watchEvents(
            request: ServerRequest(.with { $0.kinds = [.with { $0.kind = "access_request" }] }),
            context: service.context("WatchEvents"))
        try await watch.collect { stream in
            var events = stream.makeAsyncIterator()
            #expect(await events.next()?.type == .init_)
            service.time.script(Self.start + Self.hour - 1)
            #expect(service.store.request("a") != nil)
            service.time.script(Self.start + Self.hour)
            #expect(service.store.requests().isEmpty)
            service.store.sweep()
            let event = await events.next()
            #expect(event?.type == .delete)
            #expect(event?.resourceHeader.metadata.name == "a")
        }
    }

    @Test("An approved request lives until its access ends, a denied one as long as before")
    func resolvedExpiry() throws {
        let approved = service()
        try decide(approved, .approved)
        #expect(approved.store.request("a")?.expires.nanoseconds == Self.start + 30 * Self.hour)
        let denied = service()
        try decide(denied, .denied)
        #expect(denied.store.request("a")?.expires.nanoseconds == Self.start + Self.hour)
    }

    @Test("Without permission to list, the list is silently empty")
    func silentlyEmpty() async throws {
        let service = service(permissions: [AuthPermission("read", "access_request")])
        let response = try await service.calls.getAccessRequests(
            request: ServerRequest(Types_AccessRequestFilter()), context: service.context("GetAccessRequests"))
        #expect(try response.message.accessRequests.isEmpty)
    }

    @Test("Without a certificate everything but Ping is denied", arguments: ["nobody", "stranger"])
    func denied(user: String) async throws {
        let service = service()
        let watch = Proto_Watch.with { $0.kinds = [.with { $0.kind = "access_request" }] }
        await #expect(throws: AuthRefusal.denied(AuthPermission("read", "access_request"))) {
            try await service.calls.watchEvents(
                request: ServerRequest(watch), context: service.context("WatchEvents", as: user))
        }
        let setter = Proto_RequestStateSetter.with { ($0.id, $0.state) = ("a", .approved) }
        await #expect(throws: AuthRefusal.denied(AuthPermission("update", "access_request"))) {
            try await service.calls.setAccessRequestState(
                request: ServerRequest(setter), context: service.context("SetAccessRequestState", as: user))
        }
        #expect(service.store.audit.isEmpty)
    }

    @Test("A watch with a filter key that the server does not know is refused")
    func unknownFilter() async throws {
        let watch = Proto_Watch.with {
            $0.kinds = [.with { ($0.kind, $0.filter) = ("access_request", ["colour": "red"]) }]
        }
        let service = service()
        await #expect(throws: AuthRefusal(.badParameter, "unknown filter key colour")) {
            try await service.calls.watchEvents(request: ServerRequest(watch), context: service.context("WatchEvents"))
        }
    }

    @Test("Servers list as a stream from version 10 on, and as a plain list before version 13")
    func listVersions() async throws {
        for (version, hasList, hasStream) in [("7.3.2", true, false), ("10.0.0", true, true), ("13.0.0", false, true)] {
            let service = service(version: version)
            let filter = ServerRequest(Types_AccessRequestFilter())
            let list = try? await service.calls.getAccessRequests(
                request: filter, context: service.context("GetAccessRequests"))
            let stream = try? await service.calls.getAccessRequestsV2(
                request: filter, context: service.context("GetAccessRequestsV2"))
            #expect((list != nil) == hasList)
            #expect((stream != nil) == hasStream)
            try await stream?.collect { requests in
                var iterator = requests.makeAsyncIterator()
                #expect(await iterator.next()?.metadata.name == "a")
            }
        }
    }
}
