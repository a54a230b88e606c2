import Foundation
import Sandbox
import Testing

/// The number of measurements of each fault. It is zero in `make test`.
private enum Rounds {
    static let number = ProcessInfo.processInfo.environment["RECOVERY_ROUNDS"].flatMap { Int($0) } ?? 0
}

/// Measures how long each fault is felt after its end. `make recovery` runs these tests and prints the table of
/// docs/reliability.md.
@Suite("Recovery", .serialized, .enabled(if: Rounds.number > 0), .timeLimit(.minutes(30)))
struct RecoveryTests {
    /// The product's goal for the time of recovery.
    static let goal = Duration.seconds(30)

    @Test("All posts are true again within 30 s of the fault's end", arguments: ChaosFault.chosen)
    func recovery(_ fault: ChaosFault) async throws {
        let length: Duration = fault == .sleep ? .seconds(20) : [.kill, .term].contains(fault) ? .zero : .seconds(4)
        let replicas = [.kill, .term].contains(fault) ? 1 : 2
        try await measure("\(fault)", replicas: replicas, rounds: Rounds.number) {
            try await $0.recovery(from: fault, of: length)
        }
    }

    @Test(
        "All posts are true again within 30 s also after a fault of a minute",
        arguments: [ChaosFault.chatStall, .chatStop, .authFreeze, .authStop])
    func minute(_ fault: ChaosFault) async throws {
        try await measure("\(fault) for 60 s", rounds: 1) { try await $0.recovery(from: fault, of: .seconds(60)) }
    }

    @Test("All posts are true again within 30 s also after ten kills during a burst of 200 requests")
    func burst() async throws {
        try await measure("ten kills during 200 requests", rounds: 1) { run in
            try await withThrowingDiscardingTaskGroup { group in
                for number in 0..<200 {
                    try await run.perform(.create(count: 1, lifetime: nil))
                    await Pause.length(.milliseconds(20))
                    guard number % 20 == 10 else { continue }
                    group.addTask { try await run.perform(.fault(.kill, length: .zero, pick: number / 20)) }
                }
            }
            return try await run.rightAgain() - run.ledger.lastFaultEnd
        }
    }

    private func measure(
        _ name: String, replicas: Int = 2, rounds: Int, _ round: @Sendable (ChaosRun) async throws -> Duration
    ) async throws {
        let times = try await ChaosRun.with(ChaosPlan(replicas: replicas)) { run in
            var times: [Duration] = []
            for _ in 0..<rounds { times.append(try await round(run)) }
            let problems = try Verdict(run).all()
            #expect(problems.isEmpty, "\(problems)")
            return times
        }
        let worst = times.max() ?? .zero
        let mean = times.reduce(.zero, +) / max(times.count, 1)
        print("recovery | `\(name)` | \(Self.seconds(mean)) | \(Self.seconds(worst)) |")
        #expect(worst < Self.goal)
    }

    private static func seconds(_ time: Duration) -> String {
        time.formatted(.units(allowed: [.seconds], width: .narrow, fractionalPart: .show(length: 1)))
    }
}

extension ChaosRun {
    /// Makes requests, decisions and clicks around a fault. Returns the time from the end of the fault until everything was
    /// right.
    fileprivate func recovery(from fault: ChaosFault, of length: Duration) async throws -> Duration {
        try await perform(.create(count: 4, lifetime: nil))
        _ = try await rightAgain()
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await perform(.create(count: 4, lifetime: nil)) }
            // The pick decides how many calls a fault affects. With 0 these are all calls.
            group.addTask { try await perform(.fault(fault, length: length, pick: 0)) }
            await Pause.length(.milliseconds(100))
            try await perform(.resolve(pick: 5, approved: true))
            try await perform(.remove(pick: 6))
            group.addTask { try await perform(.click(pick: 7, clicks: [(0, "approve"), (1, "deny")])) }
            try await perform(.create(count: 4, lifetime: nil))
        }
        return try await rightAgain() - ledger.lastFaultEnd
    }

    /// Returns the time since when everything is right, after it has been right for a second.
    fileprivate func rightAgain() async throws -> ContinuousClock.Instant {
        let begin = ContinuousClock.now
        var wrong = ledger.lastFaultEnd
        while ContinuousClock.now - begin < Self.bound {
            let isRight = try Verdict(self).posts().isEmpty
            if !isRight { wrong = .now }
            if isRight, ContinuousClock.now - max(begin, wrong) >= .seconds(1) { break }
            await Pause.length(.milliseconds(50))
        }
        return wrong
    }
}
