package import Access
import Logging
import ServiceLifecycle
import Synchronization

/// Keeps every request's posts true: the one path for posting, updating and expiring, driven by ids.
///
/// Events only say which request to look at. Each is looked at at most once at a time, ``limit`` at once, and again with
/// backoff until it is settled. While either server is away nothing is tried; when it is back everything that waited is.
package struct Reconciler: Service {
    /// Requests worked on at once.
    static let limit = 32
    /// How often waiting requests are looked through, and so how late a retry may be.
    private static let tick = Duration.milliseconds(500)

    private let environment: Environment
    private let clock: any Clock<Duration>
    private let health: Health
    private let claims: ClaimAges
    private let shared: Shared
    private let wake: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    /// What outlives a copy of the struct. Of a settled request nothing is left in it.
    private final class Shared: Sendable {
        let queue = Mutex(WorkQueue(limit: Reconciler.limit))
        let hints = Mutex<[RequestID: Hint]>([:])
        let failures = Mutex(Failures())
    }

    package init(_ environment: Environment, health: Health, clock: any Clock<Duration> = .continuous) {
        self.environment = environment
        self.health = health
        self.clock = clock
        claims = ClaimAges(elapsed: environment.elapsed)
        shared = Shared()
        (wake, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Something about the request may have changed.
    package func look(at id: RequestID) {
        shared.queue.withLock { $0.add(id) }
        wakeUp.yield()
    }

    /// The watch told that the request is gone.
    package func sawDeletion(of id: RequestID) {
        environment.evidence.sawDeletion(of: id)
        look(at: id)
    }

    /// Cards that do not show what they should.
    package func look(at id: RequestID, found cards: [PostedCard]) {
        shared.hints.withLock { $0[id, default: Hint()].cards = cards }
        look(at: id)
    }

    /// A server is back: nothing waits any longer.
    package func retryAll() {
        shared.queue.withLock { $0.wakeAll() }
        wakeUp.yield()
    }

    /// Nothing is known of any request: none is waiting, worked on or failing.
    var isAtRest: Bool {
        shared.queue.withLock { $0.isIdle } && shared.hints.withLock { $0.isEmpty }
            && shared.failures.withLock { $0.example == nil } && claims.isEmpty
    }

    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await tick() }
            group.addTask { await work() }
            await withTaskCancellationOrGracefulShutdownHandler {
                await group.next()
            } onCancelOrGracefulShutdown: {
                wakeUp.finish()
            }
            group.cancelAll()
        }
    }

    /// Ends, after the work in progress, when the stream of wake-ups does.
    private func work() async {
        await withDiscardingTaskGroup { group in
            for await _ in wake {
                while let id = shared.queue.withLock({ $0.next() }) {
                    group.addTask { await work(on: id) }
                }
            }
        }
    }

    private func tick() async {
        while !Task.isCancelled, (try? await clock.sleep(for: Self.tick)) != nil {
            let isIdle = shared.queue.withLock { queue in
                queue.wake(now: environment.elapsed())
                return queue.isIdle
            }
            if isIdle { claims.shrink() } else { wakeUp.yield() }
        }
    }

    private func work(on id: RequestID) async {
        let outcome = await outcome(of: id)
        shared.queue.withLock {
            $0.finish(id, outcome, now: environment.elapsed(), jitter: .random(in: 0..<1))
        }
        wakeUp.yield()
    }

    private func outcome(of id: RequestID) async -> WorkQueue.Outcome {
        if let wait = environment.circuits.wait { return .later(wait) }
        let hint = shared.hints.withLock { $0.removeValue(forKey: id) } ?? Hint()
        do {
            let outcome = try await ReconcileRun(environment: environment, claims: claims, id: id, hint: hint)()
            succeeded(id)
            return outcome
        } catch {
            // The write that failed may have happened, or may yet.
            shared.hints.withLock { hints in
                hints[id] = Hint(cards: hints[id]?.cards ?? hint.cards, isSuspect: true)
            }
            if let wait = environment.circuits.wait { return .later(wait) }
            return .failed(atLeast: failed(id, error))
        }
    }

    private func succeeded(_ id: RequestID) {
        let example = shared.failures.withLock { failures in
            failures.remove(id)
            return failures.example
        }
        health.set(.posting, problem: example.map(Self.words))
    }

    /// Logs a problem once, shows it in the health, and says for how long the server wants to be left alone.
    private func failed(_ id: RequestID, _ error: any Error) -> Duration {
        let problem = Problem(error)
        let (isNew, example) = shared.failures.withLock { failures in
            (failures.add(problem.message, of: id), failures.example)
        }
        health.set(.posting, problem: example.map(Self.words))
        environment.logger.log(
            level: !isNew ? .debug : problem.isPermanent ? .error : .warning,
            "A request could not be brought up to date yet: \(problem.message)", metadata: .request(id))
        return problem.retryAfter
    }

    private static func words(_ problem: String, _ count: Int) -> String {
        count > 1 ? "\(problem) (and \(count - 1) more requests)" : problem
    }
}
