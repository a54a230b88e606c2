import Access
import PluginTestSupport
import TestSupport
import Testing

@testable import Posts

@Suite("The sleeps until a request is due", .timeLimit(.minutes(1)))
struct AlarmsTests {
    @Test("A moment needs a sleep of its own only if it is earlier than all others")
    func earlierOnes() {
        var alarms = Alarms()
        func add(_ seconds: Int...) -> [Bool] { seconds.map { alarms.add(.seconds($0)) } }
        #expect(add(60, 60, 90, 10, 30) == [true, false, false, true, false])
        alarms.remove(.seconds(10))
        #expect(add(30, 45) == [true, false])
        alarms.remove(.seconds(60))
        alarms.remove(.seconds(30))
        #expect(add(90) == [true])
    }

    @Test("One sleep lasts until the first waiting request is due, and a request that is due earlier begins another")
    func oneSleep() async throws {
        try await Rig.with { rig in
            let (late, soon) = (try rig.request(), try rig.request())
            let (seen, saw) = AsyncStream.makeStream(of: RequestID.self)
            let (sleeps, slept) = AsyncStream.makeStream(of: Int.self)
            let time = Moment()
            var environment = rig.environment
            environment.elapsed = { time.value }
            environment.observe = { if case .posted(let id, _, _) = $0 { saw.yield(id) } }
            let clock = TestClock(.lastUntilWoken) { slept.yield($0) }
            let reconciler = Reconciler(environment.posts, health: rig.health, clock: clock)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await reconciler.run() }
                defer { group.cancelAll() }
                var (posts, begun) = (seen.makeAsyncIterator(), sleeps.makeAsyncIterator())
                reconciler.look(at: late, after: .seconds(50))
                #expect(await begun.next() == 1)
                reconciler.look(at: soon, after: .seconds(5))
                #expect(await begun.next() == 2)
                time.pass(.seconds(5))
                clock.wake()
                #expect(await posts.next() == soon)
                #expect(await begun.next() == 3)
                time.pass(.seconds(45))
                clock.wake()
                #expect(await posts.next() == late)
            }
        }
    }
}
