import Access
import Testing

@testable import Watcher

@Suite("The delay before watching again")
struct WatchStateTests {
    private let x = TeleportError(.unavailable, "x")

    private func make() -> WatchState { WatchState(firstBackoff: .milliseconds(250), longestBackoff: .seconds(30)) }

    @Test("The delay doubles to 8 s, after a few minutes grows to half a minute, and is jittered downwards by up to half")
    func backoff() {
        var (longest, shortest) = (make(), make())
        let whole: [Double] = [0.25, 0.5, 1, 2, 4] + Array(repeating: 8, count: 35) + [30, 30]
        for seconds in whole {
            #expect(delay(longest.ended(x, held: .zero, jitter: 1)) == .seconds(seconds))
            #expect(delay(shortest.ended(x, held: .zero, jitter: 0)) == .seconds(seconds / 2))
        }
    }

    @Test("Endless failures do not overflow")
    func endless() {
        var state = make()
        for _ in 0..<100_000 { _ = state.ended(x, held: .zero, jitter: 0.5) }
        #expect(delay(state.ended(x, held: .zero, jitter: 1)) == .seconds(30))
    }

    @Test("A reason is news once; another one is news again")
    func news() {
        var state = make()
        let reasons = ["refused", "refused", "unknown ca", "unknown ca", "refused"]
        let news = reasons.map { reason in
            if case .reconnect(_, let isNews) = state.ended(TeleportError(.unavailable, reason), held: .zero, jitter: 0) {
                isNews
            } else {
                false
            }
        }
        #expect(news == [true, false, true, false, true])
    }

    @Test("A watch that lasted resets the backoff; one that ended at once does not")
    func resets() {
        var state = make()
        for _ in 0..<4 { _ = state.ended(x, held: .zero, jitter: 1) }
        #expect(state.initReceived() == .recovered)
        #expect(delay(state.ended(x, held: .seconds(1), jitter: 1)) == .seconds(4))
        #expect(state.initReceived() == .recovered)
        #expect(delay(state.ended(x, held: .seconds(60), jitter: 1)) == .milliseconds(250))
    }

    @Test("The same reason after a recovery is news")
    func newsAfterRecovery() {
        var state = make()
        _ = state.ended(x, held: .zero, jitter: 0)
        _ = state.initReceived()
        guard case .reconnect(_, let isNews) = state.ended(x, held: .seconds(60), jitter: 0) else {
            Issue.record("it stopped")
            return
        }
        #expect(isNews)
    }

    @Test("The first connection is no recovery, and a second INIT is ignored")
    func initEvents() {
        var state = make()
        #expect(!state.isWatching)
        #expect(state.initReceived() == .connected)
        #expect(state.isWatching)
        #expect(state.initReceived() == .ignore)
    }

    @Test("After a stop nothing is opened again")
    func stops() {
        var state = make()
        state.stop()
        #expect(state.initReceived() == .ignore)
        #expect(state.ended(x, held: .zero, jitter: 0) == .stop)
    }

    private func delay(_ end: WatchState.OnEnd) -> Duration? {
        if case .reconnect(let delay, _) = end { delay } else { nil }
    }
}

@Suite("Server versions")
struct ServerVersionTests {
    @Test("Versions have the order of semver.org")
    func order() throws {
        let sorted = [
            "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
            "1.0.0", "1.0.1", "1.2", "v7.3.2-dev.1", "7.3.2", "10.0.0+build.5",
        ]
        let versions = try sorted.map { try #require(ServerVersion($0)) }
        for (a, b) in zip(versions, versions.dropFirst()) {
            #expect(a < b)
            #expect(!(b < a))
        }
    }

    @Test(
        "Version 6.1 and newer versions are accepted, and no others",
        arguments: [
            ("6.1.0", true), ("6.1.0-beta.1", true), ("6.1.0-alpha.9", false), ("6.0.9", false), ("5.9.9", false),
            ("7.3.2", true), ("18.0.0-dev.x", true), ("6.1.0-rc.1", true),
        ])
    func minimum(text: String, isEnough: Bool) throws {
        #expect((try #require(ServerVersion(text)) >= .minimum) == isEnough)
    }

    @Test(
        "A text that is no version is not read as one",
        arguments: [
            "", "v", "seven", "7.", ".7", "7.3.2.1", "7.-1", "7.3.2-", "7.3.2-a..b", "99999999999999999999", "7 ",
        ])
    func nonsense(text: String) { #expect(ServerVersion(text) == nil) }
}
