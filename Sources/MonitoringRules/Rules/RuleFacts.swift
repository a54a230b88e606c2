package import Access
import Base

/// Everything that conditions can ask about one request.
package struct RuleFacts: Sendable {
    var roles: [String]
    var suggestedReviewers: [String]
    var annotations: [String: [String]]
    var user: String
    var reason: String
    var created: Timestamp
    /// The time at which the request lapses. A time that the server does not tell comes before all others, as in Teleport.
    var expires: Timestamp
    /// The traits of the user who made the request.
    package var traits: [String: [String]] = [:]
    /// The labels of each requested resource.
    package var labels: [[String: String]] = []

    package init(_ request: AccessRequest) {
        roles = request.roles
        suggestedReviewers = request.suggestedReviewers
        annotations = request.annotations
        user = request.user
        reason = request.reason
        created = request.created
        expires = request.expires ?? Timestamp(milliseconds: .min)
    }

    /// Returns the facts of a request that asks for this role alone.
    package func asking(forRole role: String) -> RuleFacts {
        var facts = self
        facts.roles = role.isEmpty ? [] : [role]
        return facts
    }

    func value(of variable: Variable) -> Value {
        switch variable {
        case .roles: .set(Set(roles.map { Text($0) }))
        case .suggestedReviewers: .set(Set(suggestedReviewers.map { Text($0) }))
        case .annotations: Self.dict(annotations)
        case .labelsUnion: .dict(labelsUnion)
        case .labelsIntersection: .dict(labelsIntersection)
        case .user: .string(Text(user))
        case .reason: .string(Text(reason))
        case .created: .time(created)
        case .expires: .time(expires)
        case .traits: Self.dict(traits)
        }
    }

    private static func dict(_ values: [String: [String]]) -> Value {
        .dict(Dictionary(values.map { (Text($0.key), Set($0.value.map { Text($0) })) }) { $0.union($1) })
    }

    /// All values of each label.
    private var labelsUnion: [Text: Set<Text>] {
        var union: [Text: Set<Text>] = [:]
        for (key, value) in labels.joined() { union[Text(key), default: []].insert(Text(value)) }
        return union
    }

    /// The labels that every resource has with the same value. There are none without resources.
    private var labelsIntersection: [Text: Set<Text>] {
        var shared: [Text: Text]?
        for resource in labels {
            let own = Dictionary(resource.map { (Text($0.key), Text($0.value)) }) { first, _ in first }
            shared = shared.map { $0.filter { own[$0.key] == $0.value } } ?? own
        }
        return (shared ?? [:]).mapValues { [$0] }
    }
}
