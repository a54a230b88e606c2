import Foundation
import Testing

extension ChaosFault {
    /// The faults that `FAULTS=` of `make chaos` or `make recovery` names. Without it these are all faults.
    static let chosen: [ChaosFault] = {
        guard let names = ProcessInfo.processInfo.environment["CHAOS_FAULTS"] else { return allCases }
        return names.split(separator: ",").compactMap { ChaosFault(rawValue: String($0)) }
    }()
}

@Suite("Chaos", .timeLimit(.minutes(30)))
struct ChaosTests {
    /// Returns a variable that `make chaos` sets.
    private static func setting(_ name: String) -> String? { ProcessInfo.processInfo.environment["CHAOS_\(name)"] }

    @Test("Whatever fails, nothing is lost, nothing is doubled, and every post shows the truth in the end")
    func chaos() async throws {
        let seed = Self.setting("SEED").flatMap { UInt64($0) } ?? 7
        let seconds = Self.setting("MINUTES").flatMap { Double($0) }.map { $0 * 60 } ?? 12
        let plan = ChaosPlan(seed: seed, length: .seconds(seconds), faults: ChaosFault.chosen)
        let report = try await ChaosRun.carryOut(plan)
        print(report)
        #expect(report.problems.isEmpty, "\(report)")
    }

    @Test("A seed gives the same plan again, and a long plan has every action and fault in it")
    func plan() {
        let plan = ChaosPlan(seed: 1, length: .seconds(600)), again = ChaosPlan(seed: 1, length: .seconds(600))
        #expect("\(plan)" == "\(again)")
        #expect("\(plan)" != "\(ChaosPlan(seed: 2, length: .seconds(600)))")
        for fault in ChaosFault.allCases { #expect("\(plan)".contains("ChaosFault.\(fault.rawValue),")) }
        for action in ["create", "click", "resolve", "remove", "deletePost", "endRecord"] {
            #expect("\(plan)".contains("ChaosAction.\(action)("))
        }
    }
}
