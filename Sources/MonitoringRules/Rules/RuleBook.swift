package import Access
import Base

/// The monitoring rules that name this plugin, ready to be evaluated.
package struct RuleBook: Sendable {
    /// A rule with its condition and schedules, or the reason why they cannot be used.
    package struct Entry: Sendable {
        package let rule: MonitoringRule
        fileprivate let condition: Result<Condition, RuleFault>
        fileprivate let schedules: [Schedule]
    }

    /// What a rule says of one request.
    package enum Outcome: Equatable, Sendable {
        case matches
        /// The request was made outside the rule's schedules.
        case outsideSchedule
        /// The condition is not met because of the part with this text.
        case unmet(String)
        /// The condition has this as its value, which is neither true nor false.
        case notBoolean(String)
        /// The rule cannot be used.
        case skipped(RuleFault)
        /// It is unknown whether the rule matches, because its condition takes too much work for this request.
        case undecided(RuleFault)
    }

    package let entries: [Entry]
    /// What has to be looked up for the rules.
    package let lookUps: Set<LookUp>

    package static let empty = RuleBook([]) { _ in nil }

    /// - Parameters:
    ///   - rules: any rules; those that do not concern this plugin are left out.
    ///   - zone: finds a time zone by its IANA name; nil if there is none of this name.
    package init(_ rules: [MonitoringRule], zone: (String) -> ZoneClock?) {
        entries = rules.filter(\.notifies).sorted { $0.name < $1.name }.map { rule in
            // The schedules are asked in the order of their names.
            let schedules = rule.schedules.sorted { $0.key < $1.key }.map { Schedule($0.value, zone: zone) }
            return Entry(rule: rule, condition: Self.condition(of: rule), schedules: schedules)
        }
        lookUps = entries.reduce(into: []) { found, entry in
            if case .success(let condition) = entry.condition { found.formUnion(condition.lookUps) }
        }
    }

    private static func condition(of rule: MonitoringRule) -> Result<Condition, RuleFault> {
        do {
            return .success(try Condition(rule.condition))
        } catch {
            return .failure(error)
        }
    }

    /// The rules that cannot be used, at least at some times of the week.
    package var faults: [(rule: String, fault: RuleFault)] {
        entries.compactMap { entry in entry.fault.map { (entry.rule.name, $0) } }
    }

    /// Returns what each rule says of a request.
    package func outcomes(for facts: RuleFacts) -> [(entry: Entry, outcome: Outcome)] {
        entries.map { ($0, $0.outcome(for: facts)) }
    }
}

extension RuleBook.Entry {
    /// The reason why the rule cannot be used, at least at some times of the week; nil if it always can.
    package var fault: RuleFault? {
        if case .failure(let fault) = condition { return fault }
        return schedules.lazy.compactMap(\.fault).first
    }

    /// Returns what the rule says of a request.
    package func outcome(for facts: RuleFacts) -> RuleBook.Outcome {
        var budget = Budget.ofCondition
        return outcome(for: facts, within: &budget)
    }

    /// Returns what the rule says of a request, and takes the work from a budget. The schedules are asked before the condition.
    func outcome(for facts: RuleFacts, within budget: inout Budget) -> RuleBook.Outcome {
        do {
            guard try isScheduled(facts.created) else { return .outsideSchedule }
            switch try condition.get().evaluate(facts, within: &budget) {
            case .met: return .matches
            case .unmet(let part): return .unmet(part)
            case .notBoolean(let type): return .notBoolean(type)
            }
        } catch {
            return error.kind == .bound ? .undecided(error) : .skipped(error)
        }
    }

    /// Returns whether one of the schedules is on, or there are none. Teleport asks them in no particular order, so a fault in one
    /// of them counts here only if none of the others is on.
    private func isScheduled(_ moment: Timestamp) throws(RuleFault) -> Bool {
        guard !schedules.isEmpty else { return true }
        var fault: RuleFault?
        for schedule in schedules {
            do {
                if try schedule.contains(moment) { return true }
            } catch {
                fault = fault ?? error
            }
        }
        if let fault { throw fault }
        return false
    }
}
