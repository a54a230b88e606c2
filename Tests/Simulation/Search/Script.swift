import Access

/// A world without chance: one request, two replicas, one click, one decision by `tctl`, and up to two faults at given calls.
struct Script {
    /// What happens to a call.
    enum Fault: CaseIterable {
        /// The call does not arrive.
        case lost
        /// The call takes effect, and its answer does not arrive.
        case answerLost
        /// The call takes effect a second after its caller has given up.
        case late
        /// The replica is killed before the call leaves it.
        case killedBefore
        /// The replica is killed when the call has taken effect.
        case killedAfter

        /// - Parameter limit: the time after which the caller gives up.
        func fate(limit: Duration) -> Fate {
            switch self {
            case .lost, .killedBefore: .lost
            case .answerLost, .killedAfter: .answerLost
            case .late: .late(limit + .seconds(1))
            }
        }

        var kills: Bool { self == .killedBefore || self == .killedAfter }
    }

    /// The faults by the number of the call.
    var faults: [Int: Fault] = [:]
    /// The number of the call at which somebody decides with `tctl`; nil for nobody.
    var tctl: Int?
    var click = Decision.approve
    /// The index of the replica that gets the click.
    var clicked = 0
}

extension Script: CustomStringConvertible {
    var description: String {
        let list = faults.sorted { $0.key < $1.key }.map { "call \($0.key) \($0.value)" }
        return (list + (tctl.map { ["tctl at call \($0)"] } ?? []) + ["click at replica\(clicked + 1)"]).joined(separator: ", ")
    }
}

/// Runs every script with up to two faults.
struct ExhaustiveSearch {
    private(set) var count = 0
    private(set) var longestOverwrite = Duration.zero
    private let calls: Int

    /// The number of calls is that of the world without faults, and some more, because a fault makes more calls.
    init() throws { calls = try World(script: Script()).lastCall + 12 }

    /// Returns the first script that goes wrong; nil if none does.
    mutating func run() throws -> (script: Script, violations: [Oracle.Violation])? {
        for clicked in 0...1 {
            for tctl in [nil] + (1...calls).map(Optional.some) {
                var script = Script(tctl: tctl, clicked: clicked)
                if let wrong = try run(script) { return wrong }
                for (call, fault) in Self.places(1...calls) {
                    script.faults = [call: fault]
                    if let wrong = try run(script) { return wrong }
                    // Two faults and `tctl` at every moment would be millions, so `tctl` is then at every eighth call.
                    guard tctl.map({ $0 % 8 == 0 }) ?? true, call < calls else { continue }
                    for (other, second) in Self.places((call + 1)...calls) {
                        script.faults = [call: fault, other: second]
                        if let wrong = try run(script) { return wrong }
                    }
                }
            }
        }
        return nil
    }

    private static func places(_ calls: ClosedRange<Int>) -> [(Int, Script.Fault)] {
        calls.flatMap { call in Script.Fault.allCases.map { (call, $0) } }
    }

    private mutating func run(_ script: Script) throws -> (script: Script, violations: [Oracle.Violation])? {
        count += 1
        let world = try World(script: script)
        let violations = world.run()
        longestOverwrite = max(longestOverwrite, world.oracle.longestOverwrite)
        return violations.isEmpty ? nil : (script, violations)
    }
}
