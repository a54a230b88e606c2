import GRPCCore
import SwiftProtobuf
import TeleportAPI
import Testing

@testable import Sandbox

/// Tests of Teleport's rules for reviews, on a server that accepts them.
@Suite("Reviews in the sandbox")
struct AuthReviewTests {
    private func service(approve: Int = 2, deny: Int = 1) -> AuthInMemory {
        let service = AuthInMemory(reviewers: [AuthInMemory.plugin, "ana", "bea"], submitsForOthers: [AuthInMemory.plugin])
        _ = service.store.create(
            id: "a", user: "myuser", roles: ["editor"], reason: "", pendingTTL: .seconds(3600), accessTTL: .seconds(7200),
            thresholds: [AuthThreshold(approve: approve, deny: deny)])
        return service
    }

    private func submit(
        _ service: AuthInMemory, _ state: Types_RequestState, author: String = "", as user: String = AuthInMemory.plugin
    ) async throws -> Types_AccessRequestV3 {
        let submission = Types_AccessReviewSubmission.with {
            $0.requestID = "a"
            $0.review = .with { ($0.author, $0.proposedState, $0.reason) = (author, state, "because \(author)") }
        }
        return try await service.calls.submitAccessReview(
            request: ServerRequest(submission), context: service.context("SubmitAccessReview", as: user)
        ).message
    }

    @Test("A request is approved when its threshold is reached, in the last author's name and words")
    func approved() async throws {
        let service = service()
        let first = try await submit(service, .approved, author: "ana")
        #expect(first.spec.state == .pending)
        #expect(first.spec.reviews.map(\.author) == ["ana"])
        #expect(first.spec.reviews.map(\.submittedBy) == [AuthInMemory.plugin])
        #expect(first.spec.thresholds.map(\.approve) == [2])
        let second = try await submit(service, .approved, as: "bea")
        #expect(second.spec.state == .approved)
        #expect(second.spec.resolveReason == "because ")
        #expect(service.store.audit.map(\.caller) == ["bea"])
    }

    @Test("Denials deny at their own threshold, unless it is zero")
    func denied() async throws {
        #expect(try await submit(service(), .denied).spec.state == .denied)
        #expect(try await submit(service(deny: 2), .denied).spec.state == .pending)
        #expect(try await submit(service(deny: 0), .denied).spec.state == .pending)
    }

    @Test("Nobody reviews twice, their own request, or without being a reviewer")
    func refused() async throws {
        let service = service()
        _ = try await submit(service, .approved)
        await #expect(
            throws: AuthRefusal(.permissionDenied, "user \"\(AuthInMemory.plugin)\" has already reviewed this request")
        ) {
            try await submit(service, .approved)
        }
        await #expect(throws: AuthRefusal(.permissionDenied, "user \"eve\" cannot submit reviews")) {
            try await submit(service, .approved, as: "eve")
        }
        await #expect(throws: AuthRefusal(.permissionDenied, "user \"bea\" cannot submit reviews on behalf of \"ana\"")) {
            try await submit(service, .approved, author: "ana", as: "bea")
        }
        await #expect(throws: AuthRefusal(.badParameter, "invalid state proposal: PENDING (expected approval/denial)")) {
            try await submit(service, .pending, as: "bea")
        }
        #expect(throws: AuthRefusal.self) { try service.store.review("a", by: "myuser", state: .approved, reason: "") }
        #expect(throws: AuthRefusal.self) { try service.store.review("gone", by: "ana", state: .approved, reason: "") }
        #expect(service.store.request("a")?.reviews.count == 1)
    }

    @Test("A review of a decided request is kept and changes nothing")
    func late() async throws {
        let service = service(approve: 1)
        _ = try await submit(service, .approved)
        let late = try await submit(service, .denied, as: "bea")
        #expect(late.spec.state == .approved)
        #expect(late.spec.reviews.count == 2)
    }
}
