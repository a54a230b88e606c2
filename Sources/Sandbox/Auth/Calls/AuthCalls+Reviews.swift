import GRPCCore
import SwiftProtobuf
import TeleportAPI

extension AuthCalls {
    /// The open-source server refuses all reviews, and checks the author before that. As on an enterprise server, the users in
    /// the configuration's `reviewers` may review. The checks have the order of Teleport's `lib/auth/auth_with_roles.go`.
    func submitAccessReview(
        request: ServerRequest<Types_AccessReviewSubmission>, context: ServerContext
    ) async throws -> ServerResponse<Types_AccessRequestV3> {
        guard let user = userOfPeer(context.remotePeer) else {
            throw AuthRefusal.denied(AuthPermission("update", "access_request"))
        }
        let submitted = request.message.review
        guard submitted.proposedState != .promoted else {
            throw AuthRefusal(.badParameter, "state promoted can be only set when promoting to access list")
        }
        let author = submitted.author.isEmpty ? user : submitted.author
        let isForOther = knowsReviewsForOthers && submitted.submittedOnBehalfOfAuthor
        if isForOther {
            try checkSubmitter(user, of: submitted, author)
        } else if author != user {
            throw AuthRefusal(.permissionDenied, "user \"\(user)\" cannot submit reviews on behalf of \"\(author)\"")
        }
        if configuration.requiresAdminMFA { throw AuthRefusal.needsMFA }
        guard configuration.reviewers.contains(author) else {
            throw AuthRefusal(.permissionDenied, "user \"\(author)\" cannot submit reviews")
        }
        guard submitted.roles.isEmpty, !submitted.hasAnnotations else {
            throw AuthRefusal(.unimplemented, "reviews of a part of the roles and annotations are not supported")
        }
        guard let state = AuthRequest.State(rawValue: submitted.proposedState.rawValue) else {
            throw AuthRefusal(.badParameter, "invalid state proposal: NONE (expected approval/denial)")
        }
        let reviewed = try store.review(
            request.message.requestID, by: author, submittedBy: isForOther ? user : "", state: state,
            reason: submitted.reason, asNewest: knowsReviewsForOthers)
        return ServerResponse(message: reviewed.message)
    }

    private var knowsReviewsForOthers: Bool { !configuration.submitsForUsers.isEmpty }

    /// Checks whether a user may submit a review on behalf of its author.
    private func checkSubmitter(_ user: String, of review: Types_AccessReview, _ author: String) throws(AuthRefusal) {
        guard review.submittedBy.isEmpty || review.submittedBy == user else {
            throw AuthRefusal(
                .permissionDenied, "user \"\(user)\" cannot submit reviews on behalf of \"\(review.submittedBy)\"")
        }
        let permission = AuthPermission("read", "user")
        guard may(user, permission) else { throw AuthRefusal.denied(permission) }
        let refusal = "user \"\(user)\" cannot submit reviews for \"\(author)\""
        guard configuration.storedUsers?.contains(author) ?? true else {
            throw AuthRefusal(.permissionDenied, "\(refusal), user could not be fetched from local store")
        }
        let others = configuration.submitsForUsers[user] ?? []
        guard others.contains("*") || others.contains(author) else { throw AuthRefusal(.permissionDenied, refusal) }
    }
}
