import Access
import PluginTestSupport
import TestSupport
import Testing

@testable import Posts

@Suite("When sweeps come", .timeLimit(.minutes(1)))
struct SweeperTests {
    @Test("Soon after the first sweep there is another, which sees a request that the list did not show yet")
    func soon() async throws {
        try await Rig.with { rig in
            let (sleeps, slept) = AsyncStream.makeStream(of: Int.self)
            let (seen, saw) = AsyncStream.makeStream(of: RequestID.self)
            var environment = rig.environment
            environment.observe = { if case .posted(let id, _, _) = $0 { saw.yield(id) } }
            let reconciler = Reconciler(environment.posts, health: rig.health)
            let clock = TestClock(.lastUntilWoken) { slept.yield($0) }
            let sweeper = Sweeper(environment.posts, reconciler, clock: clock)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await reconciler.run() }
                group.addTask { try await sweeper.run() }
                defer { group.cancelAll() }
                sweeper.sweepSoon()
                // The sleeps are the minute, the rest after the sweep, and the time that a cache may lag behind.
                for await count in sleeps where count == 3 { break }
                let id = try rig.request()
                clock.wake(within: .seconds(3))
                #expect(await seen.first { _ in true } == id)
            }
        }
    }
}
