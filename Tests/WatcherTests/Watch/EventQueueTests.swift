import Access
import Testing

@testable import Watcher

@Suite("Events on their way to the reconciler")
struct EventQueueTests {
    private func id(_ name: String) throws -> RequestID { try #require(RequestID(name)) }

    private func error(_ words: String) -> TeleportError { TeleportError(.unavailable, words) }

    private func drained(_ queue: EventQueue) -> [WatchEvent] {
        var events: [WatchEvent] = []
        while let event = queue.take() { events.append(event) }
        return events
    }

    @Test("They keep their order, and a request that waits already is not queued twice")
    func coalesces() throws {
        let queue = EventQueue()
        let (a, b) = (try id("a"), try id("b"))
        for event in [.connected, .changed(a), .changed(b), .changed(a)] as [WatchEvent] { queue.put(event) }
        #expect(drained(queue) == [.connected, .changed(a), .changed(b)])
        queue.put(.changed(a))
        #expect(drained(queue) == [.changed(a)])
    }

    @Test("A deletion replaces the change before it")
    func deletionWins() throws {
        let queue = EventQueue()
        let (a, b) = (try id("a"), try id("b"))
        for event in [.changed(a), .changed(b), .deleted(a)] as [WatchEvent] { queue.put(event) }
        #expect(drained(queue) == [.changed(b), .deleted(a)])
    }

    @Test("Of drops and connections only the last waits")
    func lastStatus() throws {
        let queue = EventQueue()
        let a = try id("a")
        for event in [.connected, .changed(a), .disconnected(error("x")), .connected, .disconnected(error("y"))] as [WatchEvent]
        {
            queue.put(event)
        }
        #expect(drained(queue) == [.changed(a), .disconnected(error("y"))])
    }

    @Test("More than it holds becomes one order to look at everything")
    func overflows() throws {
        let queue = EventQueue(limit: 3)
        for name in ["a", "b", "c"] { #expect(queue.put(.changed(try id(name)))) }
        #expect(!queue.put(.changed(try id("d"))))
        #expect(queue.put(.changed(try id("a"))))
        #expect(drained(queue) == [.connected, .changed(try id("a"))])
    }
}
