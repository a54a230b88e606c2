import Access
import Testing

@testable import Watcher

@Suite("Events between the watch and the reconciler")
struct EventBufferTests {
    private func id(_ name: String) throws -> RequestID { try #require(RequestID(name)) }

    private func lost(_ words: String) -> WatchEvent { .disconnected(TeleportError(.unavailable, words)) }

    private func drained(_ buffer: EventBuffer) -> [WatchEvent] {
        var events: [WatchEvent] = []
        while let event = buffer.take() { events.append(event) }
        return events
    }

    @Test("Events about the watch itself, changes and deletions all keep their order")
    func order() throws {
        let buffer = EventBuffer()
        let (a, b) = (try id("a"), try id("b"))
        let events: [WatchEvent] = [
            .connected, .changed(a), .changed(b), .changed(a), .deleted(a), lost("x"), .connected, .changed(b), lost("y"),
        ]
        for event in events { #expect(buffer.put(event)) }
        #expect(drained(buffer) == events)
        buffer.put(.changed(a))
        #expect(drained(buffer) == [.changed(a)])
    }

    @Test("Events that do not fit are replaced by one order to list everything again, and later ones come after it")
    func overflows() throws {
        let buffer = EventBuffer(limit: 3)
        #expect(buffer.put(.connected))
        for name in ["a", "b"] { #expect(buffer.put(.changed(try id(name)))) }
        #expect(!buffer.put(.deleted(try id("c"))))
        #expect(buffer.put(.changed(try id("a"))))
        #expect(drained(buffer) == [.connected, .changed(try id("a"))])
    }

    @Test("An overflow does not make a lost watch look like one that is on")
    func overflowsWhileLost() throws {
        let buffer = EventBuffer(limit: 2)
        for name in ["a", "b"] { buffer.put(.changed(try id(name))) }
        #expect(!buffer.put(lost("x")))
        #expect(drained(buffer) == [lost("x")])
        for event in [.connected, .changed(try id("a")), .changed(try id("b"))] as [WatchEvent] { buffer.put(event) }
        #expect(drained(buffer) == [.connected], "the listing that follows INIT finds both requests")
    }

    @Test("While the handler of an event does not return, the buffer holds no more than its limit, and adding never waits")
    func stalledHandler() async throws {
        let buffer = EventBuffer(limit: 100)
        let (released, release) = AsyncStream<Void>.makeStream()
        let handled = Observer<WatchEvent>()
        let change = WatchEvent.changed(try id("a"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await buffer.drain { event in
                    handled.record(event)
                    for await _ in released { break }
                }
            }
            buffer.put(.connected)
            try await handled.count(1) { $0 == .connected }
            let overflows = (0..<10_000).count { _ in !buffer.put(change) }
            #expect(overflows == 99, "the first hundred fit; each overflow leaves one event in the place of a hundred")
            release.finish()
            try await handled.count(1) { $0 == change }
            group.cancelAll()
        }
        #expect(handled.items.prefix(2) == [.connected, .connected])
    }
}
