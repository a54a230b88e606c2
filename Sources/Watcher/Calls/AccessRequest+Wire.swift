import Access
import SwiftProtobuf
import TeleportAPI

extension AccessRequest {
    /// Reads a request as the server sent it; nil when its name is no ``RequestID``.
    init?(_ record: Types_AccessRequestV3) {
        guard let id = RequestID(record.metadata.name) else { return nil }
        self.init(
            id: id, user: record.spec.user, roles: record.spec.roles, state: State(record.spec.state),
            reason: record.spec.requestReason, resolveReason: record.spec.resolveReason,
            created: Timestamp(moment: record.spec.created) ?? Timestamp(milliseconds: 0),
            expires: Timestamp(moment: record.metadata.expires),
            suggestedReviewers: record.spec.suggestedReviewers)
        resources = RequestedResource.all(of: record.spec)
        let names = [user] + roles + resources.map(\.description) + resources.map(\.cluster)
        kind = names.allSatisfy(\.isExact) ? Kind(record.spec.requestKind) : .unreadable
        annotations = record.spec.systemAnnotations.values.mapValues(\.values)
        // A time before the request was made means that there is none: a `max_duration` of zero, for instance.
        let ends = [record.spec.maxDuration, record.spec.expires].compactMap(Timestamp.init(moment:))
        accessEnds = ends.first { $0 > created }
        sessionEnds = Timestamp(moment: record.spec.sessionTtl).flatMap { $0 > created ? $0 : nil }
        accessStarts = Timestamp(moment: record.spec.assumeStartTime).flatMap { $0 > created ? $0 : nil }
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
    /// Returns the resources of both lists of a request, without duplicates. Newer servers keep resources with constraints in
    /// the second list and all others in the first.
    static func all(of spec: Types_AccessRequestSpecV3) -> [Self] {
        let plain = spec.requestedResourceIds.map { RequestedResource($0, constraint: nil) }
        let newer = spec.requestedResourceAccessIds.map { access in
            RequestedResource(access.id, constraint: access.hasConstraints ? Constraint(access.constraints) : nil)
        }
        var seen: Set<Self> = []
        return (plain + newer).filter { seen.insert($0).inserted }
    }

    private init(_ id: Types_ResourceID, constraint: Constraint?) {
        self.init(
            cluster: id.clusterName, kind: id.kind, name: id.name, part: id.subResourceName, constraint: constraint)
    }
}

extension RequestedResource.Constraint {
    /// Reads a constraint. One with a version or a field that this plugin does not know becomes ``unknown`` as a whole, because
    /// a card that showed only the known part could show less than the request asks for.
    init(_ constraints: Types_ResourceConstraints) {
        let isKnown = constraints.version.isEmpty || constraints.version == "v1"
        switch constraints.details {
        case .awsConsole(let aws) where isKnown && constraints.unknownFields.data.isEmpty && aws.unknownFields.data.isEmpty:
            self = .awsRoles(aws.roleArns)
        case .ssh(let ssh) where isKnown && constraints.unknownFields.data.isEmpty && ssh.unknownFields.data.isEmpty:
            self = .logins(ssh.logins)
        default:
            self = .unknown
        }
    }
}

extension AccessReview {
    init(_ review: Types_AccessReview) {
        self.init(
            author: review.author, proposed: AccessRequest.State(review.proposedState), reason: review.reason,
            created: Timestamp(moment: review.created))
        submittedBy = review.submittedBy
        thresholds = review.thresholdIndexes.map { Int($0) }
    }
}

extension AccessRequest.Kind {
    init(_ kind: Types_AccessRequestKind) {
        switch kind {
        case .undefined, .shortTerm: self = .shortTerm
        case .longTerm: self = .longTerm
        case .UNRECOGNIZED(let number): self = .unknown(number)
        }
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
    /// Converts a time of the server. Nil for the values that mean "no time": absent, zero, Go's year 1, and everything up to
    /// 1970.
    init?(moment timestamp: Google_Protobuf_Timestamp) {
        self.init(timestamp)
        guard isMoment else { return nil }
    }

    /// Clamps to the years 1 to 9999, the range that protobuf defines for the type (`google/protobuf/timestamp.proto`).
    init(_ timestamp: Google_Protobuf_Timestamp) {
        let seconds = min(max(timestamp.seconds, -62_135_596_800), 253_402_300_799)
        let milliseconds = Int64(min(max(timestamp.nanos, 0), 999_999_999) / 1_000_000)
        self.init(milliseconds: seconds * 1000 + milliseconds)
    }
}

extension Types_AccessRequestV3 {
    /// The first 64 characters of the name that the server sent, escaped so that they are safe in a log line.
    var loggableName: String { metadata.name.prefix(64).debugDescription }
}

extension WatchEvent {
    /// Converts an event of the server's watch. Nil for an event that is not about a request: another kind of resource, a name
    /// that is no ``RequestID``, or an operation that only newer servers have.
    init?(_ event: Proto_Event) {
        switch (event.type, event.resource) {
        case (.init_, _):
            self = .connected
        case (.put, .accessRequest(let record)):
            guard let id = RequestID(record.metadata.name) else { return nil }
            self = .changed(id, AccessRequest.State(record.spec.state))
        case (.delete, .resourceHeader(let header)) where header.kind == "access_request":
            guard let id = RequestID(header.metadata.name) else { return nil }
            self = .deleted(id)
        default:
            return nil
        }
    }
}
