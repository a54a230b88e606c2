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
            for _ in 0..<MemoryTrim.worthwhile { trim.count() }
            await found.next()
            group.cancelAll()
        }
        trimmed.finish()
        #expect(await trims.reduce(0) { count, _ in count + 1 } == 0, "no trim without a burst")
    }
}
