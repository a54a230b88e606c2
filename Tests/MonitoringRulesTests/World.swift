import Access
import Base

@testable import MonitoringRules

/// Makes the facts of requests, and evaluates conditions over them.
struct World {
    // The id is a valid one.
    // swift-format-ignore: NeverForceUnwrap
    var request = AccessRequest(
        id: RequestID("2ac7a19b-41ca-4cbf-a491-9a0009d3eef6")!, user: "alice", roles: [], state: .pending,
        reason: "ticket 4711", created: Self.monday)
    var traits: [String: [String]] = [:]
    var labels: [[String: String]] = []

    /// Monday, 2025-08-11 14:30 UTC.
    static let monday = Timestamp(milliseconds: 1_754_922_600_000)

    init(
        roles: [String] = [], reviewers: [String] = [], traits: [String: [String]] = [:], labels: [[String: String]] = [],
        annotations: [String: [String]] = [:]
    ) {
        request.roles = roles
        request.suggestedReviewers = reviewers
        request.annotations = annotations
        request.expires = Self.monday.advanced(by: .seconds(3600))
        self.traits = traits
        self.labels = labels
    }

    var facts: RuleFacts { RuleFacts(request, traits: traits, labels: labels) }

    /// Returns whether the condition is met, with the abbreviations R, U, I and T of its variables written out.
    func meets(_ condition: String) throws -> Bool { try result(condition) == .met }

    func result(_ condition: String) throws -> Condition.Result {
        try Condition(Self.written(condition)).evaluate(facts)
    }

    /// Returns the words of the fault of a condition; nil if it has none.
    func fault(_ condition: String) -> String? { whole(condition)?.words }

    /// Returns the fault of a condition; nil if it has none.
    func whole(_ condition: String) -> RuleFault? {
        do {
            _ = try Condition(Self.written(condition)).evaluate(facts)
            return nil
        } catch {
            return error
        }
    }

    private static func written(_ condition: String) -> String {
        condition.replacing("$R", with: "access_request.spec.roles")
            .replacing("$U", with: "access_request.spec.resource_labels_union[\"env\"]")
            .replacing("$I", with: "access_request.spec.resource_labels_intersection[\"env\"]")
            .replacing("$T", with: "user.traits")
    }
}
