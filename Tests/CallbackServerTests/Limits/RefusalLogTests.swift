import NIOCore
import Synchronization
import Testing

@testable import CallbackServer

@Suite struct RefusalLogTests {
    @Test("A flood of refusals from one address is five lines a minute, and one with the number of the rest")
    func oneSource() {
        let lines = LogLines()
        let audited = Mutex<[Int]>([])
        var log = RefusalLog(logger: lines.logger) { refused in audited.withLock { $0.append(refused.count) } }
        let start = NIODeadline.now()
        for number in 0..<100 { log.refused("forged", from: "192.0.2.1", at: start + .milliseconds(Int64(number))) }
        #expect(lines.all.count == RefusalLog.burst)
        log.refused("forged", from: "192.0.2.1", at: start + .minutes(2))
        #expect(lines.all.count == RefusalLog.burst + 2)
        #expect(audited.withLock { $0 } == [1, 1, 1, 1, 1, 95, 1])
        #expect(lines.all.contains { $0.contains("95") && $0.contains("192.0.2.1") })
    }

    @Test("A flood from many addresses is bounded too, and every refusal is counted once")
    func manySources() {
        let audited = Mutex<[RefusedCallback]>([])
        var log = RefusalLog(logger: LogLines().logger) { refused in audited.withLock { $0.append(refused) } }
        let start = NIODeadline.now()
        for number in 0..<5000 { log.refused("forged", from: "198.51.100.\(number % 250)", at: start) }
        log.endWindow(at: start + .minutes(1))
        let written = audited.withLock { $0 }
        #expect(written.count <= RefusalLog.total + RefusalLog.sources + 1)
        #expect(written.map(\.count).reduce(0, +) == 5000)
    }
}
