import Access
import CircuitBreakers
import PluginTestSupport
import Sandbox
import TestSupport
import Testing

@testable import Posts

@Suite("The backlog", .timeLimit(.minutes(1)))
struct BacklogTests {
    @Test("A request is due from its event on, and one that is scheduled for later is not")
    func due() async throws {
        try await Rig.with { rig in
            let (first, later) = (try rig.request(), try rig.request())
            let time = Moment()
            var environment = rig.environment
            environment.elapsed = { time.value }
            let reconciler = Reconciler(environment.posts, health: rig.health)
            #expect(reconciler.backlog == Backlog() && reconciler.backlog.oldest == nil)
            reconciler.look(at: first)
            reconciler.look(at: later, after: .seconds(60))
            time.pass(.seconds(5))
            reconciler.sawDeletion(of: try rig.request())
            time.pass(.seconds(2))
            let backlog = reconciler.backlog
            #expect(backlog.lines[.fresh] == .init(counts: [.ready: 1], oldest: .seconds(7)))
            #expect(backlog.lines[.catchingUp] == .init(counts: [.ready: 1, .scheduled: 1], oldest: .seconds(2)))
            #expect(backlog.due == 2 && backlog.oldest == .seconds(7) && backlog.count(.scheduled) == 1)
            // A second event makes the request no younger.
            reconciler.look(at: first)
            #expect(reconciler.backlog.oldest == .seconds(7))
        }
    }

    @Test("What was posted and changed is told, with the time since the event, and afterwards nothing is due")
    func told() async throws {
        try await Rig.with { rig in
            let (seen, saw) = AsyncStream.makeStream(of: Happening.self)
            var environment = rig.environment
            environment.observe = { saw.yield($0) }
            let reconciler = Reconciler(environment.posts, health: rig.health)
            let id = try rig.request()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await reconciler.run() }
                reconciler.look(at: id)
                var happenings = seen.makeAsyncIterator()
                defer { group.cancelAll() }
                guard case .posted(id, _, let age?) = try #require(await happenings.next()) else {
                    Issue.record("the post was not told")
                    return
                }
                #expect(age > .zero && age < .seconds(30))
                try rig.auth.resolve(id.rawValue, .approved)
                reconciler.look(at: id)
                guard case .wrote(.updated, id, _) = try #require(await happenings.next()) else {
                    Issue.record("the update was not told")
                    return
                }
                while !reconciler.isAtRest, !Task.isCancelled { await Task.yield() }
                #expect(reconciler.backlog.due == 0 && reconciler.dueRequests == [])
            }
        }
    }

    @Test("While a server is away the requests stay due, and grow older")
    func outage() async throws {
        try await Rig.with { rig in
            let time = Moment()
            var environment = rig.environment
            environment.elapsed = { time.value }
            // The server asks for a pause that is longer than the test.
            _ = try? await environment.circuits.chat.intercept(.read(.me)) { () throws(MattermostError) in
                throw MattermostError(.rateLimited(retryAfter: 60), "too many")
            }
            let reconciler = Reconciler(environment.posts, health: rig.health)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await reconciler.run() }
                reconciler.look(at: try rig.request())
                while reconciler.backlog.count(.retrying) == 0, !Task.isCancelled { await Task.yield() }
                time.pass(.seconds(90))
                #expect(reconciler.backlog.due == 1 && reconciler.backlog.oldest == .seconds(90))
                group.cancelAll()
            }
        }
    }
}
