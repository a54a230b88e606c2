import Access
import Foundation
import Log
import Logging
import PluginTestSupport
import Synchronization
import TestSupport
import Testing

@testable import CircuitBreakers

@Suite("A server's circuit")
struct CircuitTests {
    private func open(at now: Duration = .zero) -> Circuit {
        var circuit = Circuit()
        for _ in 0..<Circuit.threshold { _ = circuit.failed(at: now, jitter: 1) }
        return circuit
    }

    @Test("The third failure in a row begins an outage, and a success in between starts the count anew")
    func threshold() {
        var circuit = Circuit()
        let first = [
            circuit.failed(at: .zero, jitter: 0), circuit.failed(at: .zero, jitter: 0),
        ]
        #expect(first == [false, false])
        let ended = circuit.succeeded(at: .zero)
        #expect(!ended)
        let second = (0..<3).map { _ in circuit.failed(at: .zero, jitter: 0) }
        #expect(second == [false, false, true])
        #expect(circuit.isOpen)
    }

    @Test("During an outage one call goes through at a time, and its success ends it")
    func probe() {
        var circuit = open()
        let early = circuit.admits(at: .milliseconds(499))
        #expect(!early)
        #expect(circuit.wait(at: .milliseconds(100)) == .milliseconds(400))
        let probes = [circuit.admits(at: .milliseconds(500)), circuit.admits(at: .milliseconds(501))]
        #expect(probes == [true, false])
        // A probe that never ends must not hold up the next one.
        let next = circuit.admits(at: .milliseconds(500) + Circuit.probeLimit)
        #expect(next)
        let ended = circuit.succeeded(at: .seconds(16))
        #expect(ended)
        #expect(circuit.wait(at: .seconds(16)) == nil)
    }

    @Test("The longer the outage the rarer the probes, never rarer than every 20 s", arguments: [(6, 1), (60, 10), (3600, 20)])
    func delays(after seconds: Int, delay: Int) {
        var circuit = open()
        _ = circuit.failed(at: .seconds(seconds), jitter: 1)
        #expect(circuit.wait(at: .seconds(seconds)) == .seconds(delay))
        _ = circuit.failed(at: .seconds(seconds), jitter: 0)
        #expect(circuit.wait(at: .seconds(seconds)) == .seconds(delay) / 2)
    }

    @Test("A pause that the server asks for begins at once, and is not shortened")
    func retryAfter() {
        var circuit = Circuit()
        let isNews = circuit.failed(at: .zero, .asked(.seconds(7)), jitter: 0)
        #expect(isNews)
        #expect(circuit.wait(at: .zero) == .seconds(7))
        let early = circuit.succeeded(at: .seconds(6.9))
        #expect(!early, "another call's success does not shorten it")
        #expect(circuit.wait(at: .seconds(6)) == .seconds(1))
        let probe = circuit.admits(at: .seconds(7)), late = circuit.succeeded(at: .seconds(7))
        #expect(probe && late)
    }

    @Test("Refused credentials open the circuit at once, and no call that needs none closes it")
    func refusal() {
        var circuit = Circuit()
        let isNews = circuit.failed(at: .zero, .refused, jitter: 0)
        #expect(isNews && circuit.wait(at: .zero) == Circuit.delays.upperBound)
        let byAnybody = circuit.succeeded(at: .seconds(1), isAnonymous: true)
        _ = circuit.failed(at: .seconds(2), jitter: 0)
        let later = circuit.succeeded(at: .seconds(3), isAnonymous: true)
        #expect(!byAnybody && !later && circuit.isOpen)
        let own = circuit.succeeded(at: .seconds(4))
        #expect(own && !circuit.isOpen)
        _ = (0..<3).map { _ in circuit.failed(at: .seconds(5), jitter: 0) }
        let other = circuit.succeeded(at: .seconds(6), isAnonymous: true)
        #expect(other, "an outage of another cause ends by any call")
    }

    @Test("An outage logs each kind of failure once, whichever calls meet it")
    func kinds() async throws {
        let file = AuditFile()
        defer { file.remove() }
        let destination = try LogDestination.file(file.path)
        let circuits = Circuits(
            logger: Logger(label: "test") { _ in TextLogHandler(level: .info, destination: destination) }, elapsed: { .zero })
        func fail(_ call: String, _ problem: String) async {
            try? await CircuitBypass.run { () throws(MattermostError) in
                try await circuits.chat.intercept(.read(.me)) { () throws(MattermostError) in
                    var error = MattermostError(.unreachable, "Mattermost \(call): \(problem).")
                    error.problem = problem
                    throw error
                }
            }
        }
        for number in 1...6 {
            await fail("GET /users/me", "refused after \(number) ms")
            await fail("GET /config/client", "refused after \(number) ms")
        }
        for _ in 0..<2 { await fail("GET /users/me", "the name is unknown") }
        let lines = try file.text().split(separator: "\n")
        #expect(lines.count == 2, "\(lines)")
        #expect(lines.first?.contains("Mattermost fails") == true)
        #expect(lines.last?.contains("goes on failing, otherwise now: Mattermost GET /users/me: the name is unknown") == true)
    }

    @Test(
        "A pause that a server asks for is at most a minute, is reported with its end, and hides no other failure"
    )
    func longPause() async throws {
        let elapsed = Mutex(Duration.zero)
        let file = AuditFile()
        defer { file.remove() }
        let destination = try LogDestination.file(file.path)
        let circuits = Circuits(
            logger: Logger(label: "test") { _ in TextLogHandler(level: .info, destination: destination) },
            elapsed: { elapsed.withLock { $0 } })
        func fail(_ code: MattermostError.Code, _ words: String) async {
            try? await CircuitBypass.run { () throws(MattermostError) in
                try await circuits.chat.intercept(.read(.me)) { () throws(MattermostError) in throw MattermostError(code, words)
                }
            }
        }
        let now = Timestamp(milliseconds: 1_795_212_356_000)
        #expect(circuits.pauseNote(at: now) == nil)
        await fail(.rateLimited(retryAfter: 2_000_000_000), "it has had too many calls")
        #expect(circuits.chat.wait == .seconds(60))
        let words = "it asked to be left alone, so nothing is posted until 2026-11-20T22:06:56Z: it has had too many calls"
        #expect(circuits.pauseNote(at: now) == words)
        try? await CircuitBypass.run { () throws(MattermostError) in
            try await circuits.chat.intercept(.read(.me)) { () throws(MattermostError) in }
        }
        #expect(circuits.pauseNote(at: now) == words, "a success of another call ends nothing")
        await fail(.unreachable, "the connection was refused")
        await fail(.unreachable, "the connection was refused")
        #expect(try file.text().components(separatedBy: "the connection was refused").count == 2)
        elapsed.withLock { $0 = .seconds(60) }
        #expect(circuits.pauseNote(at: now) == nil)
    }

    private func circuits(at time: @escaping @Sendable () -> Duration = { .zero }) -> Circuits {
        Circuits(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, elapsed: time)
    }

    @Test(
        "The errors of Mattermost that count as an outage",
        arguments: [
            (MattermostError.Code.unreachable, true), (.status(503), true), (.malformed, true), (.unauthorized, true),
            (.rateLimited(retryAfter: 1), true), (.forbidden, false), (.notFound, false), (.status(400), false),
            (.cancelled, false),
        ])
    func mattermostErrors(_ code: MattermostError.Code, isOutage: Bool) async {
        let breaker = circuits().chat
        for _ in 0..<3 {
            try? await breaker.intercept(.read(.me)) { () throws(MattermostError) in throw MattermostError(code, "x") }
        }
        #expect((breaker.wait != nil) == isOutage)
    }

    @Test(
        "The errors of Teleport that count as an outage",
        arguments: [
            (TeleportError.Code.unavailable, true), (.timedOut, true), (.misconfigured, true), (.permissionDenied, false),
            (.notFound, false), (.conflict, false), (.refused, false), (.cancelled, false),
        ])
    func teleportErrors(_ code: TeleportError.Code, isOutage: Bool) async {
        let breaker = circuits().teleport
        for _ in 0..<3 {
            try? await breaker.intercept(.read(.me)) { () throws(TeleportError) in throw TeleportError(code, "x") }
        }
        #expect((breaker.wait != nil) == isOutage)
    }

    @Test("During an outage only calls for a person who waits reach the server, and its end is told")
    func breaker() async throws {
        let breaker = circuits().chat
        let recovered = Atomic(0), calls = Atomic(0)
        breaker.onRecovery { recovered.add(1, ordering: .relaxed) }
        func call(_ error: MattermostError?) async -> MattermostError? {
            do throws(MattermostError) {
                try await breaker.intercept(.createPost) { () throws(MattermostError) in
                    calls.add(1, ordering: .relaxed)
                    if let error { throw error }
                }
                return nil
            } catch {
                return error
            }
        }
        for _ in 0..<3 { _ = await call(MattermostError(.unreachable, "it is away")) }
        let spared = await call(nil)
        #expect(spared?.message == "it is away")
        #expect(calls.load(ordering: .relaxed) == 3)
        let person = await CircuitBypass.run { await call(nil) }
        #expect(person == nil)
        #expect(recovered.load(ordering: .relaxed) == 1)
        #expect(breaker.wait == nil)
    }
    @Test("Both clients call through their circuits, and a bypass reaches the server and ends the outage")
    func clients() async throws {
        try await Rig.with { rig in
            let circuits = rig.environment.circuits
            for _ in 0..<Circuit.threshold {
                _ = try? await circuits.chat.intercept(.read(.me)) { () throws(MattermostError) in
                    throw MattermostError(.unreachable, "it is away")
                }
                _ = try? await circuits.teleport.intercept(.read(.me)) { () throws(TeleportError) in
                    throw TeleportError(.unavailable, "it is away")
                }
            }
            await #expect { try await rig.environment.chat.me() } throws: { "\($0)" == "it is away" }
            await #expect { try await rig.environment.teleport.requests() } throws: { "\($0)" == "it is away" }
            _ = try await CircuitBypass.run { try await rig.environment.chat.me() }
            _ = try await CircuitBypass.run { try await rig.environment.teleport.requests() }
            #expect(!circuits.chat.isOpen && !circuits.teleport.isOpen)
            _ = try await rig.environment.chat.me()
        }
    }
}
