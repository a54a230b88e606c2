import Access
import SwiftProtobuf
import TeleportAPI

extension AccessRequest {
    /// Nil when the record's name is no ``RequestID``.
    init?(_ record: Types_AccessRequestV3) {
        guard let id = RequestID(record.metadata.name) else { return nil }
        self.init(
            id: id, user: record.spec.user, roles: record.spec.roles, state: State(record.spec.state),
            reason: record.spec.requestReason, resolveReason: record.spec.resolveReason,
            created: Timestamp(record.spec.created),
            expires: record.metadata.hasExpires ? Timestamp(record.metadata.expires) : nil,
            suggestedReviewers: record.spec.suggestedReviewers)
        resources = RequestedResource.all(of: record.spec)
        let ends = record.spec.hasMaxDuration ? record.spec.maxDuration : record.spec.expires
        accessEnds = record.spec.hasMaxDuration || record.spec.hasExpires ? Timestamp(ends) : nil
        sessionEnds = record.spec.hasSessionTtl ? Timestamp(record.spec.sessionTtl) : nil
        loginHint = record.spec.loginHint
        accessList = record.spec.accessList.title
        reviews = record.spec.reviews.map(AccessReview.init)
        thresholds = record.spec.thresholds.map { ReviewThreshold(approvals: Int($0.approve), denials: Int($0.deny)) }
        for sets in record.spec.roleThresholdMapping.values {
            for set in sets.sets { usedThresholds.formUnion(set.indexes.map { Int($0) }) }
        }
    }
}

extension RequestedResource {
    /// Where the newest servers fill both lists, the second is the truth.
    static func all(of spec: Types_AccessRequestSpecV3) -> [Self] {
        let newer = spec.requestedResourceAccessIds.map(\.id)
        return (newer.isEmpty ? spec.requestedResourceIds : newer).map {
            RequestedResource(cluster: $0.clusterName, kind: $0.kind, name: $0.name, part: $0.subResourceName)
        }
    }
}

extension AccessReview {
    init(_ review: Types_AccessReview) {
        self.init(
            author: review.author, proposed: AccessRequest.State(review.proposedState), reason: review.reason,
            created: Timestamp(review.created))
        submittedBy = review.submittedBy
        thresholds = review.thresholdIndexes.map { Int($0) }
    }
}

extension AccessRequest.State {
    init(_ state: Types_RequestState) {
        switch state {
        case .none: self = .unknown(0)
        case .pending: self = .pending
        case .approved: self = .approved
        case .denied: self = .denied
        case .promoted: self = .promoted
        case .UNRECOGNIZED(let number): self = .unknown(number)
        }
    }
}

extension Timestamp {
    /// Held to the years 1 to 9999, as protobuf defines the type (google/protobuf/timestamp.proto).
    init(_ timestamp: Google_Protobuf_Timestamp) {
        let seconds = min(max(timestamp.seconds, -62_135_596_800), 253_402_300_799)
        let milliseconds = Int64(min(max(timestamp.nanos, 0), 999_999_999) / 1_000_000)
        self.init(milliseconds: seconds * 1000 + milliseconds)
    }
}

extension Types_AccessRequestV3 {
    /// A name that may stand in a log line: the first characters of whatever the server sent, escaped.
    var loggableName: String { metadata.name.prefix(64).debugDescription }
}

extension WatchEvent {
    /// Nil for what is of no interest here: another kind, a name that is no ``RequestID``, an operation of a newer server.
    init?(_ event: Proto_Event) {
        switch (event.type, event.resource) {
        case (.init_, _):
            self = .connected
        case (.put, .accessRequest(let record)):
            guard let id = RequestID(record.metadata.name) else { return nil }
            self = .changed(id)
        case (.delete, .resourceHeader(let header)) where header.kind == "access_request":
            guard let id = RequestID(header.metadata.name) else { return nil }
            self = .deleted(id)
        default:
            return nil
        }
    }
}
