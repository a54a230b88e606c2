import Access
import Sandbox
import Testing

@testable import Plugin

/// Its sleeps end at once: whatever waits for a time limit meets it now.
private struct ImpatientClock: Clock {
    var now: ContinuousClock.Instant { .now }
    var minimumResolution: Duration { .zero }
    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws { try Task.checkCancellation() }
}

/// No time passes on it: its sleeps end when they are cancelled.
private struct StandingClock: Clock {
    var now: ContinuousClock.Instant { .now }
    var minimumResolution: Duration { .zero }
    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        for await _ in AsyncStream<Never>.makeStream().stream {}
        try Task.checkCancellation()
    }
}

@Suite("The time limit of a click's answer", .timeLimit(.minutes(1)))
struct ClickDeskTests {
    func withDesk(_ rig: Rig, clock: any Clock<Duration>, _ body: (ClickService) async throws -> Void) async throws {
        let desk = ClickService(rig.environment, Reconciler(rig.environment, health: rig.health), clock: clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await desk.run() }
            try await body(desk)
            group.cancelAll()
        }
    }

    @Test("A Teleport that does not answer in time decides nothing, then or later")
    func silentTeleport() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            rig.auth.faults.isStalled = true
            try await withDesk(rig, clock: ImpatientClock()) { desk in
                let answer = await desk.answer(try rig.click(.approve, on: id))
                #expect(answer == ClickAnswer(ClickWords.tooLate))
                rig.auth.faults.isStalled = false
            }
            #expect(rig.auth.auditLog.isEmpty)
            #expect(rig.data(of: id)["decision"] == nil)
        }
    }

    @Test("A click in time gets its own answer")
    func inTime() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await withDesk(rig, clock: StandingClock()) { desk in
                let answer = await desk.answer(try rig.click(.deny, on: id))
                #expect(answer.text.hasPrefix("You denied"))
            }
        }
    }
}
