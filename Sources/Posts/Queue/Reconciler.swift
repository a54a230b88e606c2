package import Access
import Logging
import ServiceLifecycle
import Synchronization

/// Keeps the posts of every request up to date. It is the only path by which posts are made, updated and expired.
///
/// Events and sweeps hand in ids and say only which request to look at, never what to do: each run reads the request's state
/// anew. A request is looked at by one run at a time, ``limit`` requests are looked at concurrently, and a request is looked at
/// again with backoff until it is settled. While either server is away no request is tried. When it is back, all waiting
/// requests are.
///
/// ```
/// watch ─ sawChange(of:), sawDeletion(of:) ┐
///                                         ├──→ WorkQueue ──→ ReconcileRun ──→ settled: forgotten
/// sweeps ── catchUp(with:), look(after:) ─┘        ↑              │
///                                                  └── waits ←────┴─→ later or failed: RunMemory is kept
/// ```
package struct Reconciler: Service {
    /// The number of requests that are worked on concurrently.
    static let limit = 40
    /// The number of places that stay free for requests that an event reported, while sweeps catch up with 32 others at once.
    static let reserve = 8
    /// The longest single sleep. It bounds the delay of a request that is due after the machine was suspended, because a sleep
    /// may not count that time.
    private static let longestSleep = Duration.seconds(60)

    private let live: Live<PostsContext>
    var context: PostsContext { live.current }
    private let clock: any Clock<Duration>
    private let health: Health
    private let claims: ClaimAges
    let shared: Shared
    private let wake: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation
    private let deadlines: AsyncStream<Void>
    private let deadlineChanged: AsyncStream<Void>.Continuation

    /// The state that all copies of the struct share. It keeps nothing about a settled request.
    final class Shared: Sendable {
        let queue = Mutex(WorkQueue(limit: Reconciler.limit, reserve: Reconciler.reserve))
        let alarms = Mutex(Alarms())
        let memories = Mutex<[RequestID: RunMemory]>([:])
        /// The elapsed time since which each request has been due that is not up to date.
        let due = Mutex<[RequestID: Duration]>([:])
        let failures = Mutex(Failures())
        /// The problems with single recipients of requests that other recipients were told of.
        let hindrances = Mutex(Failures())
    }

    package init(_ context: PostsContext, health: Health, clock: any Clock<Duration> = .continuous) {
        self.init(Live(context), health: health, clock: clock)
    }

    /// - Parameter live: is read once at the beginning of each run over a request.
    package init(_ live: Live<PostsContext>, health: Health, clock: any Clock<Duration> = .continuous) {
        self.live = live
        self.health = health
        self.clock = clock
        claims = ClaimAges(elapsed: live.current.clocks.elapsed)
        shared = Shared()
        (wake, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (deadlines, deadlineChanged) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Looks at the request soon, because it may have changed.
    package func look(at id: RequestID) { look(at: id, .fresh) }

    /// Looks at the request soon, because the watch reported it as made or changed, and as in this state since.
    package func sawChange(of id: RequestID, to state: AccessRequest.State) {
        context.evidence.saw(state == .pending ? .exists : .resolved(state), of: id, at: context.clocks.elapsed())
        look(at: id, .fresh)
    }

    /// Takes note of what a click did to a request. A decision is remembered as if the watch had told it, because the watch may be
    /// lost and the request end before it is back. Mostly the event comes within moments, so that no look of its own is needed.
    /// - Parameter decision: the state that the click put the request in; nil if the request may have changed in some way.
    package func sawClick(on id: RequestID, decision: AccessRequest.State?) {
        guard let decision else { return look(at: id) }
        let now = context.clocks.elapsed()
        guard context.evidence.decided(id, decision, at: now) else { return }
        shared.queue.withLock { $0.expect(id, within: PostPlan.settling, now: now) }
        deadlineChanged.yield()
    }

    private func look(at id: RequestID, _ lane: WorkQueue.Lane) {
        noteDue(id)
        shared.queue.withLock { $0.add(id, lane) }
        wakeUp.yield()
    }

    /// Looks at a request that the watch reported as deleted.
    package func sawDeletion(of id: RequestID) {
        context.evidence.saw(.deleted, of: id, at: context.clocks.elapsed())
        // Nobody waits for the post of a deleted request, so requests that people wait for go first.
        look(at: id, .catchingUp)
    }

    /// Looks at a request that a sweep found to be out of date. `found` holds the cards that the sweep saw.
    func catchUp(with id: RequestID, _ found: RunMemory? = nil) {
        if let found { shared.memories.withLock { $0[id, default: RunMemory()].add(found) } }
        look(at: id, .catchingUp)
    }

    /// Looks at the request after `delay`, unless it is already queued or worked on.
    func look(at id: RequestID, after delay: Duration) {
        shared.queue.withLock { $0.schedule(id, after: delay, now: context.clocks.elapsed()) }
        deadlineChanged.yield()
    }

    /// Looks at all waiting requests at once, because a server can be reached again.
    package func retryAll() {
        shared.queue.withLock { $0.wakeAll() }
        wakeUp.yield()
    }

    /// Whether no request is waiting, worked on or failing, so that no memory is held for any of them.
    var isAtRest: Bool { leftovers.isEmpty }

    /// The parts that still hold something about a request, for tests of memory that is never given back.
    package var leftovers: [String] {
        var parts: [String] = []
        if !shared.queue.withLock({ $0.isIdle }) { parts.append("queue") }
        let remembered = shared.memories.withLock { $0.keys.map(\.rawValue).sorted() }
        if !remembered.isEmpty { parts.append("memories of \(remembered.joined(separator: " "))") }
        if shared.due.withLock({ !$0.isEmpty }) { parts.append("due requests") }
        if shared.failures.withLock({ $0.example != nil }) { parts.append("failures") }
        if shared.hindrances.withLock({ $0.example != nil }) { parts.append("hindrances") }
        if !claims.isEmpty { parts.append("claims") }
        if !context.evidence.isEmpty { parts.append("evidence") }
        return parts
    }

    /// Whether a run over a request is in progress.
    package var isWorking: Bool { shared.queue.withLock { $0.isRunning } }

    /// Everything that the reconciler does between two runs follows from this text. It lets tests compare two processes.
    package var summary: String {
        let queue = shared.queue.withLock { $0.summary }
        let memories = shared.memories.withLock { memories in
            memories.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key) \($0.value)" }
        }
        return ([queue, claims.summary, context.evidence.summary] + memories).joined(separator: "; ")
    }

    /// Works on requests until the task is cancelled or a graceful shutdown begins.
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

    /// Works on ready requests until the stream of wake-ups ends, and then finishes the work in progress. Catching up has a
    /// lower task priority than the requests that people wait for.
    private func work() async {
        await withDiscardingTaskGroup { group in
            for await _ in wake {
                while let (id, lane) = take() {
                    group.addTask(priority: lane == .catchingUp ? .utility : .medium) { await work(on: id) }
                }
            }
        }
    }

    private func take() -> (RequestID, WorkQueue.Lane)? {
        shared.queue.withLock { queue in queue.next().map { ($0, queue.lane(of: $0) ?? .fresh) } }
    }

    /// Wakes the work when the first waiting request is due. Nothing runs until then.
    private func wakeWhatIsDue() async {
        await withDiscardingTaskGroup { group in
            for await _ in deadlines {
                guard let next = shared.queue.withLock({ $0.nextWake }) else { continue }
                let now = context.clocks.elapsed()
                let moment = min(max(next, now + .milliseconds(1)), now + Self.longestSleep)
                guard shared.alarms.withLock({ $0.add(moment) }) else { continue }
                group.addTask { await wake(at: moment, after: moment - now) }
            }
        }
    }

    private func wake(at moment: Duration, after delay: Duration) async {
        let isOver = (try? await clock.sleep(for: delay)) != nil
        shared.alarms.withLock { $0.remove(moment) }
        guard isOver else { return }
        shared.queue.withLock { $0.wake(now: context.clocks.elapsed()) }
        wakeUp.yield()
        deadlineChanged.yield()
    }

    private func work(on id: RequestID) async {
        let outcome = await outcome(of: id)
        let isIdle = shared.queue.withLock { queue in
            queue.finish(id, outcome, now: context.clocks.elapsed(), jitter: context.jitter())
            return queue.isIdle
        }
        if outcome != .settled { deadlineChanged.yield() }
        if isIdle { giveBackRoom() }
        wakeUp.yield()
    }

    /// Releases the memory that a burst of requests took.
    private func giveBackRoom() {
        claims.shrink()
        context.evidence.shrink()
        shared.memories.withLock { if $0.isEmpty { $0 = [:] } }
        shared.due.withLock { if $0.isEmpty { $0 = [:] } }
    }

    private func outcome(of id: RequestID) async -> WorkQueue.Outcome {
        let dueSince = noteDue(id)
        if let wait = context.outage() { return .later(wait) }
        var memory = shared.memories.withLock { $0.removeValue(forKey: id) } ?? RunMemory()
        do {
            let outcome = try await ReconcileRun(context: context, claims: claims, id: id, dueSince: dueSince)(&memory)
            if outcome != .settled { remember(memory, of: id) }
            succeeded(id)
            shared.due.withLock { $0[id] = nil }
            return outcome
        } catch {
            // The write that failed may have happened, or may still happen.
            memory.isSuspect = true
            remember(memory, of: id)
            if let wait = context.outage() { return .later(wait) }
            return .failed(atLeast: failed(id, error))
        }
    }

    /// Keeps the memory of a run, and adds what a sweep may have found in the meantime.
    private func remember(_ memory: RunMemory, of id: RequestID) {
        shared.memories.withLock { memories in
            let found = memories[id]
            memories[id] = memory
            if let found { memories[id]?.add(foundMeanwhile: found) }
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

    /// Logs a problem once, shows it in the health and returns how long the server should not be called again.
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
        context.observe(.failed(id, problem.error, isLasting: problem.isPermanent))
        return problem.retryAfter
    }

    private static func summary(_ example: Failures.Example) -> any OperatorError {
        example.count > 1 ? SharedError(example.error, others: example.count - 1, of: "requests") : example.error
    }
}
