import GRPCCore
import SwiftProtobuf
import TeleportAPI
import Testing

@testable import Sandbox

/// Teleport's rules for reviews, of a server that takes them.
@Suite("Reviews in the sandbox")
struct AuthReviewTests {
    private func desk(approve: Int = 2, deny: Int = 1) -> AuthDesk {
        let desk = AuthDesk(reviewers: [AuthDesk.plugin, "ana", "bea"], submitsForOthers: [AuthDesk.plugin])
        _ = desk.store.create(
            id: "a", user: "myuser", roles: ["editor"], reason: "", pendingTTL: .seconds(3600), accessTTL: .seconds(7200),
            thresholds: [AuthThreshold(approve: approve, deny: deny)])
        return desk
    }

    private func submit(
        _ desk: AuthDesk, _ state: Types_RequestState, author: String = "", as user: String = AuthDesk.plugin
    ) async throws -> Types_AccessRequestV3 {
        let submission = Types_AccessReviewSubmission.with {
            $0.requestID = "a"
            $0.review = .with { ($0.author, $0.proposedState, $0.reason) = (author, state, "because \(author)") }
        }
        return try await desk.calls.submitAccessReview(
            request: ServerRequest(submission), context: desk.context("SubmitAccessReview", as: user)
        ).message
    }

    @Test("A request is approved when its threshold is reached, in the last author's name and words")
    func approved() async throws {
        let desk = desk()
        let first = try await submit(desk, .approved, author: "ana")
        #expect(first.spec.state == .pending)
        #expect(first.spec.reviews.map(\.author) == ["ana"])
        #expect(first.spec.reviews.map(\.submittedBy) == [AuthDesk.plugin])
        #expect(first.spec.thresholds.map(\.approve) == [2])
        let second = try await submit(desk, .approved, as: "bea")
        #expect(second.spec.state == .approved)
        #expect(second.spec.resolveReason == "because ")
        #expect(desk.store.audit.map(\.caller) == ["bea"])
    }

    @Test("Denials deny at their own threshold, unless it is zero")
    func denied() async throws {
        #expect(try await submit(desk(), .denied).spec.state == .denied)
        #expect(try await submit(desk(deny: 2), .denied).spec.state == .pending)
        #expect(try await submit(desk(deny: 0), .denied).spec.state == .pending)
    }

    @Test("Nobody reviews twice, their own request, or without being a reviewer")
    func refused() async throws {
        let desk = desk()
        _ = try await submit(desk, .approved)
        await #expect(throws: AuthRefusal(.permissionDenied, "user \"\(AuthDesk.plugin)\" has already reviewed this request")) {
            try await submit(desk, .approved)
        }
        await #expect(throws: AuthRefusal(.permissionDenied, "user \"eve\" cannot submit reviews")) {
            try await submit(desk, .approved, as: "eve")
        }
        await #expect(throws: AuthRefusal(.permissionDenied, "user \"bea\" cannot submit reviews on behalf of \"ana\"")) {
            try await submit(desk, .approved, author: "ana", as: "bea")
        }
        await #expect(throws: AuthRefusal(.badParameter, "invalid state proposal: PENDING (expected approval/denial)")) {
            try await submit(desk, .pending, as: "bea")
        }
        #expect(throws: AuthRefusal.self) { try desk.store.review("a", by: "myuser", state: .approved, reason: "") }
        #expect(throws: AuthRefusal.self) { try desk.store.review("gone", by: "ana", state: .approved, reason: "") }
        #expect(desk.store.request("a")?.reviews.count == 1)
    }

    @Test("A review of a decided request is kept and changes nothing")
    func late() async throws {
        let desk = desk(approve: 1)
        _ = try await submit(desk, .approved)
        let late = try await submit(desk, .denied, as: "bea")
        #expect(late.spec.state == .approved)
        #expect(late.spec.reviews.count == 2)
    }
}
