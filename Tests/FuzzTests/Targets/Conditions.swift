import Access
import Base

@testable import MonitoringRules

/// Checks that a condition of a monitoring rule is either refused with words, or evaluated within its budget with the same result
/// each time, and that it needs no other facts than it says.
func fuzzConditions(_ input: UnsafeRawBufferPointer) {
    let text = String(decoding: input, as: UTF8.self)
    let condition: Condition
    do {
        condition = try Condition(text)
    } catch {
        return must(!error.words.isEmpty, "a fault without words")
    }
    guard let facts = RuleFacts.fuzzed() else { return }
    let result = Result { () throws(RuleFault) in try condition.evaluate(facts) }
    must(Result { () throws(RuleFault) in try condition.evaluate(facts) } == result, "two results")
    if case .success(.unmet(let part)) = result {
        must(text.utf8.firstRange(of: part.utf8) != nil, "a part that the condition does not have")
    }
    guard let others = RuleFacts.fuzzed(for: condition.lookUps) else { return }
    must(Result { () throws(RuleFault) in try condition.evaluate(others) } == result, "a look-up that was not told")
    for role in ["dev", ""] { _ = try? condition.evaluate(facts.asking(forRole: role)) }
}

extension RuleFacts {
    /// Returns the facts of a request, without those that have to be looked up for other reasons.
    fileprivate static func fuzzed(for lookUps: Set<LookUp> = Set(LookUp.allCases)) -> RuleFacts? {
        guard let id = RequestID("2ac7a19b-41ca-4cbf-a491-9a0009d3eef6") else { return nil }
        var request = AccessRequest(
            id: id, user: "alice", roles: ["dev", "d12", "prod"], state: .pending, reason: "why",
            created: Timestamp(milliseconds: 1_754_922_600_000))
        request.annotations = ["pager": ["sre"]]
        let traits = ["team": ["a", "cloud"], "email": ["Bob <bob.b@example.com>"], "": [""]]
        let labels = [["env": "test", "tier": "1"], ["env": "dev", "tier": "1"]]
        return RuleFacts(
            request, traits: lookUps.contains(.traits) ? traits : [:], labels: lookUps.contains(.labels) ? labels : [])
    }
}
