package import Access
import Base

/// Everything that conditions can ask about one request.
///
/// The values are made once, and the conditions of all rules read them: with hundreds of resources, a map of labels is large.
package struct RuleFacts: Sendable {
    private var values: [Variable: Value]
    /// The time at which the request was made.
    let created: Timestamp

    /// - Parameters:
    ///   - request: the request itself.
    ///   - traits: the traits of the user who made the request, if a rule asks about them.
    ///   - labels: the labels of each requested resource, if a rule asks about them.
    package init(_ request: AccessRequest, traits: [String: [String]] = [:], labels: [[String: String]] = []) {
        created = request.created
        values = [
            .roles: Self.set(request.roles), .suggestedReviewers: Self.set(request.suggestedReviewers),
            .annotations: Self.dict(request.annotations), .labelsUnion: .dict(Self.union(labels)),
            .labelsIntersection: .dict(Self.intersection(labels)), .user: .string(Text(request.user)),
            .reason: .string(Text(request.reason)), .created: .time(request.created),
            // A time that the server does not tell comes before all others, as in Teleport.
            .expires: .time(request.expires ?? Timestamp(milliseconds: .min)), .traits: Self.dict(traits),
        ]
    }

    /// Returns the facts of a request that asks for this role alone.
    package func asking(forRole role: String) -> RuleFacts {
        var facts = self
        facts.values[.roles] = Self.set(role.isEmpty ? [] : [role])
        return facts
    }

    /// The value of a variable. Every variable has one.
    subscript(variable: Variable) -> Value { values[variable] ?? .set([]) }

    private static func set(_ texts: [String]) -> Value { .set(Set(texts.map { Text($0) })) }

    private static func dict(_ values: [String: [String]]) -> Value {
        .dict(Dictionary(values.map { (Text($0.key), Set($0.value.map { Text($0) })) }) { $0.union($1) })
    }

    /// All values of each label.
    private static func union(_ labels: [[String: String]]) -> [Text: Set<Text>] {
        var union: [Text: Set<Text>] = [:]
        for (key, value) in labels.joined() { union[Text(key), default: []].insert(Text(value)) }
        return union
    }

    /// The labels that every resource has with the same value. There are none without resources.
    private static func intersection(_ labels: [[String: String]]) -> [Text: Set<Text>] {
        var shared: [Text: Text]?
        for resource in labels {
            let own = Dictionary(resource.map { (Text($0.key), Text($0.value)) }) { first, _ in first }
            shared = shared.map { $0.filter { own[$0.key] == $0.value } } ?? own
        }
        return (shared ?? [:]).mapValues { [$0] }
    }
}
