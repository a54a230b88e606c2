package import Access
import ActionCrypto
import GRPCCore
import Logging
import SwiftProtobuf
import Synchronization
import TeleportAPI

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
        _ = try await call(.setState) { try await $0.api.setAccessRequestState(setter, options: Link.options) }
    }

    package func review(
        _ decision: Decision, of id: RequestID, as author: String?, reason: String
    ) async throws(TeleportError) -> AccessRequest {
        let caller = try author.map { (_) throws(TeleportError) in try ownName }
        let submission = Types_AccessReviewSubmission.with {
            $0.requestID = id.rawValue
            // Without an author the server takes the caller.
            $0.review.author = author ?? ""
            $0.review.submittedBy = caller ?? ""
            $0.review.proposedState = decision == .approve ? .approved : .denied
            $0.review.reason = reason
        }
        let record = try await call(.submitReview) { try await $0.api.submitAccessReview(submission, options: Link.options) }
        guard let request = AccessRequest(record), request.id == id else {
            throw TeleportError(.other, "SubmitAccessReview: the answer is not of the request \(id)")
        }
        return request
    }

    /// The plugin's Teleport user: the name in its certificate.
    private var ownName: String {
        get throws(TeleportError) {
            let chain = try TeleportCredentials.load(configuration).identity.certificateChain
            return (try? CertificateInfo(pem: chain))?.subject ?? ""
        }
    }

    private func list(_ filter: Types_AccessRequestFilter) async throws(TeleportError) -> [AccessRequest] {
        let records = try await call(.list) { try await $0.accessRequests(matching: filter) }
        return records.compactMap { record in
            if let request = AccessRequest(record) { return request }
            logger.warning("Skipping an access request whose name is no request id", metadata: ["name": "\(record.loggableName)"])
            return nil
        }
    }
}

extension Link {
    /// The unary call until the server says that it is gone (13.0), then the stream; remembered for this connection.
    func accessRequests(matching filter: Types_AccessRequestFilter) async throws -> [Types_AccessRequestV3] {
        if !listsByStream.withLock({ $0 }) {
            do {
                return try await api.getAccessRequests(filter, options: Link.options).accessRequests
            } catch let error as RPCError where error.code == .unimplemented {
                listsByStream.withLock { $0 = true }
            }
        }
        do {
            return try await streamedRequests(matching: filter)
        } catch {
            throw explain(error, during: .listByStream)
        }
    }

    private func streamedRequests(matching filter: Types_AccessRequestFilter) async throws -> [Types_AccessRequestV3] {
        try await api.getAccessRequestsV2(filter, options: Link.options) { response in
            var records: [Types_AccessRequestV3] = []
            for try await record in response.messages { records.append(record) }
            return records
        }
    }
}
