import Synchronization
import Testing

@testable import Base

@Suite("A value that several wait for", .timeLimit(.minutes(1)))
struct SharedTests {
    @Test("All who wait get it, and those who come later; a second one is dropped")
    func all() async {
        let shared = Once<Int>()
        await withTaskGroup(of: Int?.self) { group in
            for _ in 0..<100 { group.addTask { await shared.value() } }
            shared.give(1)
            shared.give(2)
            for await value in group { #expect(value == 1) }
        }
        #expect(await shared.value() == 1)
    }

    @Test("Who is cancelled gets nothing, before or while waiting, and holds up nobody")
    func cancelled() async {
        let shared = Once<Int>()
        await withTaskGroup(of: Int?.self) { group in
            for _ in 0..<100 { group.addTask { await shared.value() } }
            group.cancelAll()
            for await value in group { #expect(value == nil) }
        }
        shared.give(3)
        #expect(await shared.value() == 3)
    }

    @Test("A time limit ends the waiting with nothing, and a value in time is had")
    func limited() async {
        let shared = Once<Int>()
        #expect(await shared.value(within: .zero, .continuous) == nil)
        shared.give(4)
        #expect(await shared.value(within: .seconds(60), .continuous) == 4)
    }
}
