package import Access
import Logging
import SwiftProtobuf
import TeleportAPI

/// The calls that read and decide access requests. ``AccessService`` documents them.
extension TeleportClient {
    package func request(_ id: RequestID) async throws(TeleportError) -> AccessRequest? {
        try await list(.with { $0.id = id.rawValue }).first { $0.id == id }
    }

    package func requests() async throws(TeleportError) -> [AccessRequest] {
        try await list(Types_AccessRequestFilter())
    }

    package func decide(
        _ decision: Decision, on id: RequestID, delegator: String, reason: String
    ) async throws(TeleportError) {
        let setter = Proto_RequestStateSetter.with {
            $0.id = id.rawValue
            $0.state = decision == .approve ? .approved : .denied
            $0.delegator = delegator
            $0.reason = reason
        }
        _ = try await call(.setState, as: .decide) { try await $0.api.setAccessRequestState(setter, options: Link.options) }
    }

    package func review(
        _ decision: Decision, of id: RequestID, as author: String?, reason: String
    ) async throws(TeleportError) -> AccessRequest {
        let submission = Types_AccessReviewSubmission.with {
            $0.requestID = id.rawValue
            // The server takes an empty author for the caller, and fills in who submitted the review and when. It refuses
            // reviews of a part of the roles and reviews with annotations.
            $0.review.author = author ?? ""
            $0.review.submittedOnBehalfOfAuthor = author != nil
            $0.review.proposedState = decision == .approve ? .approved : .denied
            $0.review.reason = reason
        }
        let record = try await call(.submitReview, as: .review) {
            try await $0.api.submitAccessReview(submission, options: Link.options)
        }
        guard let request = AccessRequest(record), request.id == id else {
            throw TeleportError(.other, "SubmitAccessReview: the answer is not of the request \(id)")
        }
        return request
    }

    private func list(_ filter: Types_AccessRequestFilter) async throws(TeleportError) -> [AccessRequest] {
        try await call(.list) { [logger] link in
            try await link.accessRequests(matching: filter) { record in
                if let request = AccessRequest(record) { return request }
                logger.warning(
                    "Skipping an access request whose name is no request id", metadata: ["name": "\(record.loggableName)"])
                return nil
            }
        }
    }
}
