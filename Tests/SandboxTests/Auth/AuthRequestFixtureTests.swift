import GRPCCore
import SwiftProtobuf
import TeleportAPI
import TestSupport
import Testing

@testable import Sandbox

/// Compares answers with recorded ones of a real server, byte for byte.
@Suite struct AuthRequestFixtureTests {
    private static let id = "2ac7a19b-41ca-4cbf-a491-9a0009d3eef6"
    private static let missing = "00000000-0000-0000-0000-000000000000"

    private func deskWithRequest() -> AuthInMemory {
        let service = AuthInMemory()
        service.create(
            Self.id, reason: "fixture reason", created: 1_795_212_453_332_521_460, written: 1_795_212_453_332_602_330)
        return service
    }

    private func setState(_ service: AuthInMemory, _ state: Types_RequestState, reason: String, at time: Int64) async throws
        -> [UInt8]
    {
        var setter = try Proto_RequestStateSetter(serializedBytes: fixture("set_access_request_state_params"))
        setter.state = state
        setter.reason = reason
        service.time.script(time)
        let context = service.context("SetAccessRequestState")
        return try await service.calls.setAccessRequestState(request: ServerRequest(setter), context: context).bytes()
    }

    private func list(_ service: AuthInMemory, _ filter: Types_AccessRequestFilter) async throws -> [UInt8] {
        let context = service.context("GetAccessRequests")
        return try await service.calls.getAccessRequests(request: ServerRequest(filter), context: context).bytes()
    }

    @Test("Ping tells cluster, version and features")
    func ping() async throws {
        let service = AuthInMemory()
        let response = try await service.calls.ping(
            request: ServerRequest(Proto_PingRequest()), context: service.context("Ping", as: "nobody"))
        #expect(try response.bytes() == fixture("ping"))
    }

    @Test("A request is listed by its id")
    func byID() async throws {
        #expect(try await list(deskWithRequest(), .with { $0.id = Self.id }) == fixture("get_access_requests_by_id"))
    }

    @Test("A missing id and a bad one give an empty list", arguments: [("missing", missing), ("bad", "not a uuid")])
    func noSuchID(name: String, id: String) async throws {
        let answer = try await list(deskWithRequest(), .with { $0.id = id })
        #expect(try answer == fixture("get_access_requests_\(name)_id"))
    }

    @Test("Pending requests are listed in the order of their ids, without the decided ones")
    func pending() async throws {
        let service = AuthInMemory()
        service.create(
            "04151f5d-8601-49cc-b0ed-87dab5e0b32e", reason: "burst167", created: 1_795_212_400_307_465_141,
            written: 1_795_212_400_309_103_756)
        service.create(
            "02370b5d-d4a3-4bb8-a158-e93ea30df1d6", reason: "r5", created: 1_795_212_131_226_873_387,
            written: 1_795_212_131_226_913_787)
        service.create(
            "02b7280c-5469-40a3-aaa3-4eb659fbfaf4", reason: "burst18", created: 1_795_212_394_520_215_229,
            written: 1_795_212_394_520_310_080)
        service.create("01", created: 1_795_212_394_000_000_000, written: 1_795_212_394_000_000_000)
        try service.store.setState(of: "01", to: .denied, reason: "", delegator: "", caller: "tctl")
        #expect(try await list(service, .with { $0.state = .pending }) == fixture("get_access_requests_pending"))
    }

    @Test("A watch tells INIT and then each change: approved, approved again, flipped to denied")
    func events() async throws {
        let service = deskWithRequest()
        let watch = try Proto_Watch(serializedBytes: fixture("watch_request"))
        let response = try await service.calls.watchEvents(
            request: ServerRequest(watch), context: service.context("WatchEvents"))
        try await response.collect { stream in
            var events = stream.makeAsyncIterator()
            #expect(try await events.next()?.serializedBytes() == fixture("watch_event_01_INIT"))
            let approved = try await setState(service, .approved, reason: "looks fine", at: 1_795_212_458_372_899_705)
            #expect(try approved == fixture("set_access_request_state_ok"))
            #expect(try await events.next()?.serializedBytes() == fixture("watch_event_02_PUT"))
            let again = try await setState(service, .approved, reason: "looks fine", at: 1_795_212_458_373_571_147)
            #expect(try again == fixture("set_access_request_state_again_same"))
            #expect(try await events.next()?.serializedBytes() == fixture("watch_event_03_PUT"))
            let denied = try await setState(service, .denied, reason: "", at: 1_795_212_458_374_299_594)
            #expect(try denied == fixture("set_access_request_state_flip_to_denied"))
            #expect(try await events.next()?.serializedBytes() == fixture("watch_event_04_PUT"))
        }
    }

    @Test("A deletion's event has only a header")
    func deletion() throws {
        let event = Proto_Event.delete("87a8d98c-06d5-4e4f-b768-4c98b04bf5a4")
        #expect(try event.serializedBytes() == fixture("watch_event_06_DELETE"))
    }

    @Test("Deciding a request that is gone is refused in the server's words")
    func setMissing() async throws {
        let refusal = try FailureFixture.read("set_access_request_state_missing")
        let service = AuthInMemory()
        let setter = Proto_RequestStateSetter.with { ($0.id, $0.state) = (Self.missing, .approved) }
        await #expect(
            performing: {
                try await service.calls.setAccessRequestState(
                    request: ServerRequest(setter), context: service.context("SetAccessRequestState"))
            }, throws: { ($0 as? AuthRefusal).map(refusal.matches) ?? false })
    }

    @Test("A review on behalf of a person is refused in the server's words")
    func review() async throws {
        let refusal = try FailureFixture.read("submit_access_review")
        let service = deskWithRequest()
        let submission = Types_AccessReviewSubmission.with {
            $0.requestID = Self.id
            $0.review = .with { ($0.author, $0.proposedState) = ("alice@example.com", .approved) }
        }
        await #expect(
            performing: {
                try await service.calls.submitAccessReview(
                    request: ServerRequest(submission), context: service.context("SubmitAccessReview"))
            }, throws: { ($0 as? AuthRefusal).map(refusal.matches) ?? false })
    }

    @Test("A missing permission is refused in the server's words")
    func denied() throws {
        let refusal = try FailureFixture.read("get_user_denied")
        #expect(refusal.matches(.denied(AuthPermission("read", "user"))))
    }
}
