package import Access
import Logging
import ServiceLifecycle
import Synchronization

/// Keeps every request's posts true: the one path for posting, updating and expiring, driven by ids.
///
/// Events only say which request to look at. Each is looked at at most once at a time, ``limit`` at once, and again with
/// backoff until it is settled.
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

    /// What outlives a copy of the struct.
    private final class Shared: Sendable {
        let queue = Mutex(WorkQueue(limit: Reconciler.limit))
        let found = Mutex<[RequestID: [PostedCard]]>([:])
        let lastProblem = Mutex<String?>(nil)
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

    /// Cards that are open though their request is not listed.
    package func look(at id: RequestID, found cards: [PostedCard]) {
        shared.found.withLock { $0[id] = cards }
        look(at: id)
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
            if !isIdle { wakeUp.yield() }
        }
    }

    private func work(on id: RequestID) async {
        let found = shared.found.withLock { $0.removeValue(forKey: id) }
        let outcome: WorkQueue.Outcome
        do {
            outcome = try await ReconcileRun(environment: environment, claims: claims, id: id, found: found)()
            succeeded()
        } catch {
            if let found { shared.found.withLock { $0[id] = found } }
            outcome = .failed(atLeast: failed(id, error))
        }
        shared.queue.withLock {
            $0.finish(id, outcome, now: environment.elapsed(), jitter: .random(in: 0..<1))
        }
        wakeUp.yield()
    }

    private func succeeded() {
        guard shared.lastProblem.withLock({ $0.take() }) != nil else { return }
        health.set(.posting, problem: nil)
    }

    /// Logs a problem once, shows it in the health, and says for how long the server wants to be left alone.
    private func failed(_ id: RequestID, _ error: any Error) -> Duration {
        let problem = Problem(error)
        let isNew = shared.lastProblem.withLock { last in
            defer { last = problem.message }
            return last != problem.message
        }
        health.set(.posting, problem: problem.message)
        environment.logger.log(
            level: !isNew ? .debug : problem.isPermanent ? .error : .warning,
            "A request could not be brought up to date yet: \(problem.message)", metadata: .request(id))
        return problem.retryAfter
    }
}
