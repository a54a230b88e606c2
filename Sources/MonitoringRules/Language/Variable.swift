/// The variables of conditions on access requests.
enum Variable: String, CaseIterable, Sendable {
    case roles = "access_request.spec.roles"
    case suggestedReviewers = "access_request.spec.suggested_reviewers"
    case annotations = "access_request.spec.system_annotations"
    case labelsUnion = "access_request.spec.resource_labels_union"
    case labelsIntersection = "access_request.spec.resource_labels_intersection"
    case user = "access_request.spec.user"
    case reason = "access_request.spec.request_reason"
    case created = "access_request.spec.creation_time"
    case expires = "access_request.spec.expiry"
    case traits = "user.traits"

    var type: ValueType {
        switch self {
        case .roles, .suggestedReviewers: .set
        case .annotations, .labelsUnion, .labelsIntersection, .traits: .dict
        case .user, .reason: .string
        case .created, .expires: .time
        }
    }

    /// What has to be looked up in Teleport for the variable; nil for what the request itself has.
    var lookUp: LookUp? {
        switch self {
        case .traits: .traits
        case .labelsUnion, .labelsIntersection: .labels
        default: nil
        }
    }

    /// Returns the variable that a chain of names means, and the key where one more name follows a map's.
    static func find(_ path: [String]) -> (variable: Variable, key: String?)? {
        if let variable = Variable(rawValue: path.joined(separator: ".")) { return (variable, nil) }
        guard let key = path.last, let map = Variable(rawValue: path.dropLast().joined(separator: ".")), map.type == .dict
        else { return nil }
        return (map, key)
    }
}

/// What a condition needs beyond the request.
package enum LookUp: Hashable, Sendable, CaseIterable {
    /// The traits of the user who made the request.
    case traits
    /// The labels of the resources that are requested.
    case labels
}
