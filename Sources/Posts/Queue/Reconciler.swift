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
    /// Places kept for requests that an event told of, while many others are caught up with.
    static let reserve = 8
    /// How late a request may be looked at again.
    private static let longestSleep = Duration.milliseconds(500)

    private let context: PostsContext
    private let clock: any Clock<Duration>
    private let health: Health
    private let claims: ClaimAges
    private let shared: Shared
    private let wake: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation
    private let deadlines: AsyncStream<Void>
    private let deadlineChanged: AsyncStream<Void>.Continuation

    /// What outlives a copy of the struct. Nothing of a settled request is left in it.
    private final class Shared: Sendable {
        let queue = Mutex(WorkQueue(limit: Reconciler.limit, reserve: Reconciler.reserve))
        let memories = Mutex<[RequestID: RunMemory]>([:])
        let failures = Mutex(Failures())
        /// Recipients that cannot be told of requests which others were told of.
        let hindrances = Mutex(Failures())
    }

    package init(_ context: PostsContext, health: Health, clock: any Clock<Duration> = .continuous) {
        self.context = context
        self.health = health
        self.clock = clock
        claims = ClaimAges(elapsed: context.clocks.elapsed)
        shared = Shared()
        (wake, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (deadlines, deadlineChanged) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Something about the request may have changed.
    package func look(at id: RequestID) { look(at: id, .fresh) }

    private func look(at id: RequestID, _ lane: WorkQueue.Lane) {
        shared.queue.withLock { $0.add(id, lane) }
        wakeUp.yield()
    }

    /// The watch told that the request is gone.
    package func sawDeletion(of id: RequestID) {
        context.evidence.sawDeletion(of: id)
        // What becomes of an old post is no news that a person waits for.
        look(at: id, .catchingUp)
    }

    /// A sweep found the request to be amiss, with these cards.
    func catchUp(with id: RequestID, _ found: RunMemory? = nil) {
        if let found { remember(found, of: id) }
        look(at: id, .catchingUp)
    }

    /// Looks at the request after `delay`, where nothing else makes it be looked at before.
    func look(at id: RequestID, after delay: Duration) {
        shared.queue.withLock { $0.schedule(id, after: delay, now: context.clocks.elapsed()) }
        deadlineChanged.yield()
    }

    /// A server is back: nothing waits any longer.
    package func retryAll() {
        shared.queue.withLock { $0.wakeAll() }
        wakeUp.yield()
    }

    /// How many requests wait or are worked on.
    var backlog: Int { shared.queue.withLock { $0.count } }

    /// Nothing is known of any request: none is waiting, worked on or failing.
    var isAtRest: Bool {
        shared.queue.withLock { $0.isIdle } && shared.memories.withLock { $0.isEmpty }
            && shared.failures.withLock { $0.example == nil } && claims.isEmpty
    }

    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await wakeWhatIsDue() }
            group.addTask { await work() }
            await withTaskCancellationOrGracefulShutdownHandler {
                await group.next()
            } onCancelOrGracefulShutdown: {
                wakeUp.finish()
            }
            group.cancelAll()
        }
    }

    /// Ends, after the work in progress, when the stream of wake-ups does. Catching up runs below what people wait for.
    private func work() async {
        await withDiscardingTaskGroup { group in
            for await _ in wake {
                while let (id, lane) = take() {
                    group.addTask(priority: lane == .catchingUp ? .utility : .userInitiated) { await work(on: id) }
                }
            }
        }
    }

    private func take() -> (RequestID, WorkQueue.Lane)? {
        shared.queue.withLock { queue in queue.next().map { ($0, queue.lane(of: $0) ?? .fresh) } }
    }

    /// Sleeps until the first of those that wait is due. Nothing is awake while none waits.
    private func wakeWhatIsDue() async {
        for await _ in deadlines {
            while let next = shared.queue.withLock({ $0.nextWake }) {
                // One that is due sooner may have come meanwhile, so no sleep is long; a cancelled one would stay in memory.
                let sleep = min(max(next - context.clocks.elapsed(), .milliseconds(1)), Self.longestSleep)
                guard (try? await clock.sleep(for: sleep)) != nil else { return }
                shared.queue.withLock { $0.wake(now: context.clocks.elapsed()) }
                wakeUp.yield()
            }
        }
    }

    private func work(on id: RequestID) async {
        let outcome = await outcome(of: id)
        let isIdle = shared.queue.withLock { queue in
            queue.finish(id, outcome, now: context.clocks.elapsed(), jitter: .random(in: 0..<1))
            return queue.isIdle
        }
        if outcome != .settled { deadlineChanged.yield() }
        if isIdle { giveBackRoom() }
        wakeUp.yield()
    }

    /// The room that a burst took goes with it.
    private func giveBackRoom() {
        claims.shrink()
        context.evidence.shrink()
        shared.memories.withLock { if $0.isEmpty { $0 = [:] } }
    }

    private func outcome(of id: RequestID) async -> WorkQueue.Outcome {
        if let wait = context.outage() { return .later(wait) }
        var memory = shared.memories.withLock { $0.removeValue(forKey: id) } ?? RunMemory()
        do {
            let outcome = try await ReconcileRun(context: context, claims: claims, id: id)(&memory)
            if outcome != .settled { remember(memory, of: id) }
            succeeded(id)
            return outcome
        } catch {
            // The write that failed may have happened, or may yet.
            memory.isSuspect = true
            remember(memory, of: id)
            if let wait = context.outage() { return .later(wait) }
            return .failed(atLeast: failed(id, error))
        }
    }

    /// Keeps what is known, together with what a sweep may have found meanwhile.
    private func remember(_ memory: RunMemory, of id: RequestID) {
        shared.memories.withLock { memories in
            guard var known = memories[id] else { return memories[id] = memory }
            known.merge(memory)
            memories[id] = known
        }
    }
}

// MARK: - Failures

extension Reconciler {
    private func succeeded(_ id: RequestID) {
        let failure = shared.failures.withLock { $0.removing(id) }
        let hindrance = shared.hindrances.withLock { $0.removing(id) }
        show(failure, hindrance)
    }

    private func show(_ failure: Failures.Example?, _ hindrance: Failures.Example?) {
        health.set(.posting, problem: failure.map(Self.summary))
        health.set(.posting, note: hindrance.map(Self.summary))
    }

    /// Logs a problem once, shows it in the health, and says for how long the server wants to be left alone.
    private func failed(_ id: RequestID, _ error: any Error) -> Duration {
        let problem = Problem(error)
        let (isNew, failure) = shared.failures.withLock { failures in
            (problem.isNote ? failures.remove(id) : failures.add(problem.error, of: id), failures.example)
        }
        let (isNews, hindrance) = shared.hindrances.withLock { hindrances in
            (problem.isNote ? hindrances.add(problem.error, of: id) : hindrances.remove(id), hindrances.example)
        }
        show(failure, hindrance)
        context.logger.log(
            level: !(isNew || isNews) ? .debug : problem.isPermanent ? .error : .warning,
            "A request could not be brought up to date yet: \(problem.message)", metadata: .request(id))
        return problem.retryAfter
    }

    private static func summary(_ example: Failures.Example) -> any OperatorError {
        example.count > 1 ? SharedError(example.error, others: example.count - 1, of: "requests") : example.error
    }
}
