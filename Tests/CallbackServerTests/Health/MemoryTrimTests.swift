import CMalloc
import TestSupport
import Testing

@testable import CallbackServer

@Suite("Returning memory", .timeLimit(.minutes(1))) struct MemoryTrimTests {
    @Test("Each burst of requests is followed by one trim, and requests that are too few for a burst by none")
    func bursts() async {
        let (trims, trimmed) = AsyncStream.makeStream(of: Void.self)
        let trim = MemoryTrim(clock: TestClock(.endAtOnce)) { trimmed.yield() }
        await withTaskGroup { group in
            group.addTask { await trim.run() }
            var found = trims.makeAsyncIterator()
            for _ in 1..<MemoryTrim.worthwhile { trim.count() }
            trim.count()
            await found.next()
            trim.count(2 * MemoryTrim.worthwhile)
            await found.next()
            group.cancelAll()
        }
        trimmed.finish()
        #expect(await trims.reduce(0) { count, _ in count + 1 } == 0, "no trim without a burst")
    }

    @Test("A trim gives back what was freed, although something after it is still in use")
    func pages() {
        // A block that is larger than this has a mapping of its own, which is given back when it is freed.
        var blocks = (0..<4000).map { _ in [UInt8](repeating: 1, count: 16_000) }
        blocks.removeFirst(blocks.count - 1)
        #expect(cmalloc_trim() == 1)
        #expect(blocks.count == 1)
    }
}
