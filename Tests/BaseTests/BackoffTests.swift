import Testing

@testable import Base

@Suite("The pauses between attempts")
struct BackoffTests {
    @Test("The pauses double up to the longest one, and begin anew after a success")
    func doubling() {
        var backoff = Backoff(.seconds(1)...Duration.seconds(10))
        #expect((0..<6).map { _ in backoff.next() } == [1, 2, 4, 8, 10, 10].map { Duration.seconds($0) })
        backoff.reset()
        #expect(backoff.next() == .seconds(1))
    }

    @Test("No number of failures overflows", arguments: [-1, 0, 20, 21, Int.max])
    func bounds(_ failures: Int) {
        let range = Duration.milliseconds(250)...Duration.seconds(30)
        #expect(range.contains(Backoff.pause(afterFailures: failures, in: range)))
    }

    @Test("Jitter takes between half of a pause and the whole")
    func jitter() {
        #expect(Backoff.spread(.seconds(8), jitter: 0) == .seconds(4))
        #expect(Backoff.spread(.seconds(8), jitter: 0.5) == .seconds(6))
    }
}
