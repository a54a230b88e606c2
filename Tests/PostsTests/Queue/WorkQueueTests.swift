import Access
import Testing

@testable import Posts

@Suite("The queue of requests to look at")
struct WorkQueueTests {
    func id(_ number: Int) throws -> RequestID { try #require(RequestID("r-\(number)")) }

    @Test("A request is worked on once at a time, and again when it changed meanwhile")
    func onceAtATime() throws {
        var queue = WorkQueue(limit: 8)
        queue.add(try id(1))
        queue.add(try id(1))
        #expect(queue.next() == (try id(1)))
        queue.add(try id(1))
        #expect(queue.next() == nil)
        queue.finish(try id(1), .settled, now: .zero, jitter: 0)
        #expect(queue.next() == (try id(1)))
        queue.finish(try id(1), .settled, now: .zero, jitter: 0)
        #expect(queue.next() == nil)
        #expect(queue.isIdle)
    }

    @Test("News that an event will tell wakes a request that waits, and repeats a run in progress")
    func expected() throws {
        var queue = WorkQueue(limit: 8)
        queue.expect(try id(1), within: .seconds(2), now: .zero)
        #expect(queue.next() == nil)
        queue.wake(now: .seconds(2))
        #expect(queue.next() == (try id(1)))
        queue.expect(try id(1), within: .seconds(2), now: .seconds(2))
        queue.finish(try id(1), .settled, now: .seconds(2), jitter: 0)
        #expect(queue.next() == (try id(1)))
        queue.finish(try id(1), .settled, now: .seconds(2), jitter: 0)
        #expect(queue.isIdle)
    }

    @Test("A look that is due earlier than the wait of a request is taken up, unless the request failed")
    func earlierLook() throws {
        var queue = WorkQueue(limit: 8)
        queue.add(try id(1))
        _ = queue.next()
        queue.finish(try id(1), .later(.seconds(3600)), now: .zero, jitter: 0)
        queue.schedule(try id(1), after: .seconds(7200), now: .zero)
        queue.schedule(try id(1), after: .seconds(2), now: .zero)
        queue.wake(now: .seconds(2))
        #expect(queue.next() == (try id(1)))
        queue.finish(try id(1), .failed(atLeast: .seconds(60)), now: .seconds(2), jitter: 0)
        queue.schedule(try id(1), after: .seconds(1), now: .seconds(2))
        queue.wake(now: .seconds(10))
        #expect(queue.next() == nil)
        // It counts that the last run did not fail, and not that an earlier one did.
        queue.wake(now: .seconds(62))
        #expect(queue.next() == (try id(1)))
        queue.finish(try id(1), .later(.seconds(3600)), now: .seconds(62), jitter: 0)
        queue.schedule(try id(1), after: .seconds(2), now: .seconds(62))
        queue.wake(now: .seconds(64))
        #expect(queue.next() == (try id(1)))
    }

    @Test("No more than the limit are worked on at once, in the order they came, and none is forgotten")
    func limit() throws {
        var queue = WorkQueue(limit: 32)
        for number in 0..<10_000 { queue.add(try id(number)) }
        var seen: [RequestID] = []
        var running: [RequestID] = []
        while !queue.isIdle {
            while let next = queue.next() { running.append(next) }
            #expect(running.count <= 32)
            let done = running.removeFirst()
            seen.append(done)
            queue.finish(done, .settled, now: .zero, jitter: 0)
        }
        #expect(seen == (try (0..<10_000).map(id)))
    }

    @Test("Failures wait longer and longer, up to five minutes, and not less than the server asked for")
    func backoff() throws {
        #expect(WorkQueue.delay(afterFailures: 0, jitter: 0) == .milliseconds(125))
        #expect(WorkQueue.delay(afterFailures: 2, jitter: 0) == .milliseconds(500))
        #expect(WorkQueue.delay(afterFailures: 1000, jitter: 0.999) <= .seconds(300))
        #expect(WorkQueue.delay(afterFailures: 1000, jitter: 0) == .seconds(150))
        var queue = WorkQueue(limit: 1)
        queue.add(try id(1))
        _ = queue.next()
        queue.finish(try id(1), .failed(atLeast: .seconds(7)), now: .seconds(1), jitter: 0)
        queue.wake(now: .seconds(7.9))
        #expect(queue.next() == nil)
        queue.wake(now: .seconds(8))
        #expect(queue.next() == (try id(1)))
    }

    @Test("An event wakes a waiting request at once, but not one that failed just now")
    func events() throws {
        var queue = WorkQueue(limit: 1)
        queue.add(try id(1))
        _ = queue.next()
        queue.add(try id(1))
        queue.finish(try id(1), .later(.seconds(15)), now: .zero, jitter: 0)
        #expect(queue.next() == (try id(1)))
        queue.add(try id(1))
        queue.finish(try id(1), .failed(atLeast: .zero), now: .zero, jitter: 0)
        #expect(queue.next() == nil)
        queue.add(try id(1))
        #expect(queue.next() == (try id(1)))
    }

    @Test("Requests that waited for a claim go before new ones, and all requests go when a server is back")
    func urgency() throws {
        var queue = WorkQueue(limit: 1)
        queue.add(try id(1))
        _ = queue.next()
        queue.finish(try id(1), .later(.seconds(15)), now: .zero, jitter: 0)
        for number in 2...4 { queue.add(try id(number)) }
        queue.wake(now: .seconds(15))
        #expect(queue.next() == (try id(1)))
        queue.finish(try id(1), .failed(atLeast: .seconds(300)), now: .zero, jitter: 0)
        for number in 2...4 {
            #expect(queue.next() == (try id(number)))
            queue.finish(try id(number), .settled, now: .zero, jitter: 0)
        }
        #expect(queue.next() == nil)
        queue.wakeAll()
        #expect(queue.next() == (try id(1)))
        queue.finish(try id(1), .settled, now: .zero, jitter: 0)
        #expect(queue.count == 0)
    }
}
