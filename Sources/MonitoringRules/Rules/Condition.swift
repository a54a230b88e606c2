/// The condition of a rule, parsed and checked once, and then evaluated for each request.
///
/// The language is Teleport's (`lib/expression`, `lib/accessmonitoring/request_mapping.go`): expressions of Go with `&&`, `||`,
/// `!`, `==` and `!=`, in which all names and, where they are known, types are checked before anything is evaluated.
package struct Condition: Sendable {
    /// A part that must be true, with its text.
    private struct Part {
        var program: Program
        var text: String
    }

    /// The result of an evaluation.
    package enum Result: Equatable, Sendable {
        case met
        /// The text of the first part that is not true.
        case unmet(String)
        /// The condition has a value that is neither true nor false. Teleport takes it for not met.
        case notBoolean(String)
    }

    private let parts: [Part]
    /// What has to be looked up for the condition.
    package let lookUps: Set<LookUp>

    package init(_ text: String) throws(RuleFault) {
        let conjuncts = try Parser.conjuncts(of: text)
        var parts: [Part] = []
        for conjunct in conjuncts {
            let checked = try Checker.check(conjunct.syntax)
            guard conjuncts.count == 1 || ValueType.bool.admits(checked.type) else {
                throw .type(of: "each side of &&", expected: .bool, found: checked.type)
            }
            parts.append(Part(program: checked.program, text: conjunct.text))
        }
        self.parts = parts
        lookUps = parts.reduce(into: []) { $0.formUnion($1.program.lookUps) }
    }

    package func evaluate(_ facts: RuleFacts) throws(RuleFault) -> Result {
        var budget = Budget.ofCondition
        return try evaluate(facts, within: &budget)
    }

    /// Evaluates the condition, and takes its work from a budget.
    func evaluate(_ facts: RuleFacts, within budget: inout Budget) throws(RuleFault) -> Result {
        var evaluation = Evaluation(facts, budget)
        defer { budget = evaluation.budget }
        for part in parts {
            let value = try evaluation.value(of: part.program)
            guard case .bool(let isTrue) = value else {
                guard parts.count == 1 else { throw .type(of: "each side of &&", expected: .bool, found: value.type) }
                return .notBoolean(value.type.article)
            }
            if !isTrue { return .unmet(part.text) }
        }
        return .met
    }
}
