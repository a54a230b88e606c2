import Synchronization
import Testing

@testable import Base

@Suite("A value that several tasks wait for", .timeLimit(.minutes(1)))
struct SharedTests {
    @Test("All tasks that wait get the value, and so do later ones; a second value is dropped")
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

    @Test("A cancelled task gets nothing, whether it waits already or not, and holds up no other")
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

    @Test("A wait ends with nothing at its time limit, and with a value that comes in time")
    func limited() async {
        let shared = Once<Int>()
        #expect(await shared.value(within: .zero, .continuous) == nil)
        shared.give(4)
        #expect(await shared.value(within: .seconds(60), .continuous) == 4)
    }
}
