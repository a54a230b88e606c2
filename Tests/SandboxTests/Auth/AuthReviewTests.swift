import GRPCCore
import SwiftProtobuf
import TeleportAPI
import Testing

@testable import Sandbox

/// Tests of Teleport's rules for reviews, on a server that accepts them.
@Suite("Reviews in the sandbox")
struct AuthReviewTests {
    private func service(
        approve: Int = 2, deny: Int = 1, permissions: Set<AuthPermission> = AuthPermission.reviewing,
        submitsForUsers: [String: Set<String>] = [AuthInMemory.plugin: ["*"]],
        adjust: (inout SandboxAuth.Configuration) -> Void = { _ in }
    ) -> AuthInMemory {
        let service = AuthInMemory(
            permissions: permissions, reviewers: [AuthInMemory.plugin, "ana", "bea"], submitsForUsers: submitsForUsers,
            adjust: adjust)
        _ = service.store.create(
            id: "a", user: "myuser", roles: ["editor"], reason: "", pendingTTL: .seconds(3600), accessTTL: .seconds(7200),
            thresholds: [AuthThreshold(approve: approve, deny: deny)])
        return service
    }

    private func submit(
        _ service: AuthInMemory, _ state: Types_RequestState, author: String = "", as user: String = AuthInMemory.plugin,
        _ adjust: (inout Types_AccessReview) -> Void = { _ in }
    ) async throws -> Types_AccessRequestV3 {
        let submission = Types_AccessReviewSubmission.with {
            $0.requestID = "a"
            $0.review = .with { ($0.author, $0.proposedState, $0.reason) = (author, state, "because \(author)") }
            $0.review.submittedOnBehalfOfAuthor = !author.isEmpty
            adjust(&$0.review)
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

    /// Submits a review and expects this refusal.
    private func refuses(
        _ service: AuthInMemory, _ code: AuthRefusal.Code, _ words: String, _ state: Types_RequestState = .approved,
        author: String = "", as user: String = AuthInMemory.plugin, _ adjust: (inout Types_AccessReview) -> Void = { _ in }
    ) async {
        await #expect(throws: AuthRefusal(code, words)) { try await submit(service, state, author: author, as: user, adjust) }
    }

    @Test("Nobody reviews twice, their own request, or without being a reviewer")
    func refused() async throws {
        let service = service()
        let plugin = AuthInMemory.plugin
        _ = try await submit(service, .approved)
        await refuses(service, .alreadyExists, "user \"\(plugin)\" has already reviewed this request")
        await refuses(service, .permissionDenied, "user \"eve\" cannot submit reviews", as: "eve")
        await refuses(
            service, .badParameter, "invalid state proposal: PENDING (expected approval/denial)", .pending, as: "bea")
        await refuses(
            service, .badParameter, "state promoted can be only set when promoting to access list", .promoted)
        #expect(throws: AuthRefusal.self) { try service.store.review("a", by: "myuser", state: .approved, reason: "") }
        #expect(throws: AuthRefusal.self) { try service.store.review("gone", by: "ana", state: .approved, reason: "") }
        #expect(service.store.request("a")?.reviews.count == 1)
    }

    @Test("A review on behalf of somebody needs the flag, and the checks have the newest server's order and words")
    func onBehalf() async throws {
        let plugin = AuthInMemory.plugin
        let forAna = "user \"\(plugin)\" cannot submit reviews for \"ana\""
        let onBehalf = "user \"\(plugin)\" cannot submit reviews on behalf of"
        await refuses(service(), .permissionDenied, "\(onBehalf) \"ana\"", author: "ana") {
            ($0.submittedBy, $0.submittedOnBehalfOfAuthor) = (plugin, false)
        }
        await refuses(service(), .permissionDenied, "\(onBehalf) \"bea\"", author: "ana") { $0.submittedBy = "bea" }
        await refuses(
            service(permissions: AuthPermission.plugin), .permissionDenied,
            "access denied to perform action \"read\" on \"user\"", author: "ana")
        await refuses(
            service { $0.storedUsers = ["bea"] }, .permissionDenied,
            "\(forAna), user could not be fetched from local store", author: "ana")
        await refuses(service(submitsForUsers: [plugin: ["bea"]]), .permissionDenied, forAna, author: "ana")
        await refuses(
            service { $0.requiresAdminMFA = true }, .permissionDenied,
            "admin-level API request requires MFA verification", author: "ana")
        await refuses(service(), .permissionDenied, "user \"eve\" cannot submit reviews", author: "eve")
        await refuses(
            service(), .unimplemented, "reviews of a part of the roles and annotations are not supported", author: "ana"
        ) { $0.roles = ["editor"] }
    }

    @Test("An older server ignores the flag, and has one code for a second review and for all else")
    func older() async throws {
        let service = service(submitsForUsers: [:])
        let plugin = AuthInMemory.plugin
        await refuses(
            service, .permissionDenied, "user \"\(plugin)\" cannot submit reviews on behalf of \"ana\"", author: "ana")
        _ = try await submit(service, .approved)
        await refuses(service, .permissionDenied, "user \"\(plugin)\" has already reviewed this request")
    }

    @Test("A review of a decided request is kept and changes nothing on an older server, and is refused by the newest")
    func late() async throws {
        let older = service(approve: 1, submitsForUsers: [:])
        _ = try await submit(older, .approved)
        let late = try await submit(older, .denied, as: "bea")
        #expect(late.spec.state == .approved)
        #expect(late.spec.reviews.count == 2)
        let newest = service(approve: 1)
        _ = try await submit(newest, .approved)
        await refuses(newest, .permissionDenied, "the access request has been already approved", .denied, as: "bea")
    }

    @Test("A decision is an administrative action too")
    func decision() async throws {
        let service = service { $0.requiresAdminMFA = true }
        let setter = Proto_RequestStateSetter.with { ($0.id, $0.state) = ("a", .approved) }
        await #expect(throws: AuthRefusal.needsMFA) {
            try await service.calls.setAccessRequestState(
                request: ServerRequest(setter), context: service.context("SetAccessRequestState"))
        }
    }
}
