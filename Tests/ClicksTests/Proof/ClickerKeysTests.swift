import Access
import ActionCrypto
import Sandbox
import Synchronization
import TestSupport
import Testing
import TriggerSigning

@testable import Clicks

@Suite("Mattermost's public key", .timeLimit(.minutes(1)))
struct ClickerKeysTests {
    private func running(_ keys: ClickerKeys, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await keys.run() }
            try await body()
            group.cancelAll()
        }
    }

    @Test("The key is asked for once, at the start; the first click waits for it")
    func learnt() async throws {
        let rig = try ProofRig()
        let news = rig.health.news()
        let keys = rig.keys()
        #expect(rig.health.reasons.contains { $0.part == .proof })
        try await running(keys) {
            for _ in 0..<3 {
                guard case .proven(let proof) = await keys.check(try rig.trigger()) else { throw CancellationError() }
                #expect(proof.userID == ProofRig.alice)
            }
        }
        #expect(rig.questions.withLock { $0 } == 1)
        #expect(!rig.health.reasons.contains { $0.part == .proof })
        var told = news.makeAsyncIterator()
        #expect(await told.next()?.problem == nil, "a key that is not known yet is no failure")
    }

    @Test("A key made anew is learnt from the click that does not match, at most once a minute")
    func refetched() async throws {
        let rig = try ProofRig()
        let keys = rig.keys()
        try await running(keys) {
            let old = try rig.trigger()
            #expect(await keys.check(old) != .forged)
            try rig.server.makeNewKey()
            let new = try rig.trigger()
            #expect(await keys.check(new) == .forged)
            rig.elapsed.withLock { $0 += .seconds(61) }
            #expect(await keys.check(new) != .forged)
            for _ in 0..<100 { #expect(await keys.check(old) == .forged) }
            #expect(rig.questions.withLock { $0 } == 2)
            rig.elapsed.withLock { $0 += .seconds(61) }
            for _ in 0..<100 { #expect(await keys.check(old) == .forged) }
            #expect(rig.questions.withLock { $0 } == 3)
        }
    }

    @Test("A server that offers no key at the start is an error that names the setting and what to do")
    func notOffered() async throws {
        let rig = try ProofRig()
        rig.server.offersKey = false
        let keys = rig.keys()
        let error = await #expect(throws: ClickerKeys.NotOffered.self) { try await keys.run() }
        let words = error?.description ?? ""
        #expect(words.contains("[approvals] require_clicker_proof is true, but https://chat.example.com offers no"))
        #expect(words.contains("AsymmetricSigningPublicKey") && words.contains("require_clicker_proof = false"))
    }

    @Test("While the server is away at the start nobody is believed; when it is back its key is learnt")
    func away() async throws {
        let rig = try ProofRig()
        rig.isAway.withLock { $0 = true }
        let (sleeps, sleep) = AsyncStream.makeStream(of: Void.self)
        let clock = TestClock(.lastUntilWoken) { _ in sleep.yield() }
        let keys = rig.keys(clock: clock)
        try await running(keys) {
            for await _ in sleeps { break }
            let click = try rig.trigger()
            #expect(await keys.check(click) == .unknown)
            rig.isAway.withLock { $0 = false }
            let news = rig.health.news()
            clock.wake()
            for await report in news where report.part == .proof { break }
            #expect(await keys.check(click) != .unknown)
        }
        #expect(rig.questions.withLock { $0 } == 2)
    }

    @Test("A key that is offered no more, or is none, does not replace the one that is known")
    func kept() async throws {
        let rig = try ProofRig()
        let keys = rig.keys()
        try await running(keys) {
            let good = try rig.trigger()
            #expect(await keys.check(good) != .forged)
            rig.server.offersKey = false
            rig.elapsed.withLock { $0 += .seconds(61) }
            let text = try TriggerSigner().triggerID(clientID: ProofRig.alice, userID: ProofRig.alice, at: 1)
            let other = try #require(TriggerID(text))
            #expect(await keys.check(other) == .forged)
            #expect(await keys.check(good) != .forged)
            #expect(rig.questions.withLock { $0 } == 2)
        }
    }
}
