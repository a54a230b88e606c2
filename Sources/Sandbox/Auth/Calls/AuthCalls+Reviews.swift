import GRPCCore
import SwiftProtobuf
import TeleportAPI

extension AuthCalls {
    /// The open-source server refuses all reviews, and checks the author before that. As on an enterprise server, the users in
    /// the configuration's `reviewers` may review.
    func submitAccessReview(
        request: ServerRequest<Types_AccessReviewSubmission>, context: ServerContext
    ) async throws -> ServerResponse<Types_AccessRequestV3> {
        guard let user = userOfPeer(context.remotePeer) else {
            throw AuthRefusal.denied(AuthPermission("update", "access_request"))
        }
        let submitted = request.message.review
        let author = submitted.author.isEmpty ? user : submitted.author
        guard author == user || configuration.submitsForOthers.contains(user) else {
            throw AuthRefusal(.permissionDenied, "user \"\(user)\" cannot submit reviews on behalf of \"\(author)\"")
        }
        guard configuration.reviewers.contains(author) else {
            throw AuthRefusal(.permissionDenied, "user \"\(author)\" cannot submit reviews")
        }
        guard let state = AuthRequest.State(rawValue: submitted.proposedState.rawValue) else {
            throw AuthRefusal(.badParameter, "invalid state proposal: NONE (expected approval/denial)")
        }
        let reviewed = try store.review(
            request.message.requestID, by: author, submittedBy: author == user ? "" : user, state: state,
            reason: submitted.reason)
        return ServerResponse(message: reviewed.message)
    }
}
