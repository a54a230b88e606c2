import HeapModule

/// Runs all tasks of a world on one thread, in an order that ``Choices`` decides, and owns its time.
///
/// Time passes only when no task can run: it then jumps to the next event. So a world has no race that its choices do not
/// decide, and a year of waiting costs nothing.
final class Scheduler: @unchecked Sendable {
    private struct Event: Comparable {
        let at: Duration
        let number: Int
        let action: () -> Void

        static func < (left: Event, right: Event) -> Bool { (left.at, left.number) < (right.at, right.number) }
        static func == (left: Event, right: Event) -> Bool { left.number == right.number }
    }

    /// The time since the world began.
    private(set) var now = Duration.zero
    /// Whether the world has ended. Calls and sleeps then fail at once, so that every task comes to its end.
    private(set) var isOver = false
    /// The number of jobs that ran.
    private(set) var steps = 0
    let choices: Choices
    private var ready: [(machine: Machine, job: UnownedJob)] = []
    private var events = Heap<Event>()
    private var count = 0

    init(_ choices: Choices) { self.choices = choices }

    func add(_ job: UnownedJob, _ machine: Machine) { ready.append((machine, job)) }

    /// Does something after a delay.
    func after(_ delay: Duration, _ action: @escaping () -> Void) {
        count += 1
        events.insert(Event(at: now + max(delay, .zero), number: count, action: action))
    }

    /// Runs until a moment of the world's time.
    func run(until end: Duration) {
        while true {
            runJobs()
            guard let next = events.min, next.at <= end, let event = events.popMin() else { break }
            now = max(now, event.at)
            event.action()
        }
        now = max(now, end)
    }

    /// Lets every task end. Nothing that a task does from now on reaches a server.
    func finish(_ machines: [Machine]) {
        isOver = true
        for machine in machines { machine.release() }
        while true {
            runJobs()
            guard let event = events.popMin() else { return }
            event.action()
        }
    }

    private func runJobs() {
        while !ready.isEmpty {
            // Most of the time the order does not matter, so most choices are the first job.
            let index = ready.count > 1 && choices.chance(1, in: 3) ? choices.below(ready.count) : 0
            let (machine, job) = ready.remove(at: index)
            if machine.isHeld, !isOver {
                machine.keep(job)
            } else {
                steps += 1
                job.runSynchronously(on: machine.asUnownedTaskExecutor())
            }
        }
    }
}

/// The processor of one replica, or of the people. While it is held, as by SIGSTOP, none of its tasks run.
final class Machine: TaskExecutor, @unchecked Sendable {
    let name: String
    let scheduler: Scheduler
    private(set) var isHeld = false
    private var kept: [UnownedJob] = []

    init(_ name: String, _ scheduler: Scheduler) {
        self.name = name
        self.scheduler = scheduler
    }

    func enqueue(_ job: consuming ExecutorJob) { scheduler.add(UnownedJob(job), self) }

    func keep(_ job: UnownedJob) { kept.append(job) }

    func hold() { isHeld = true }

    func release() {
        isHeld = false
        for job in kept { scheduler.add(job, self) }
        kept = []
    }
}

/// A continuation that several events want to resume; the first one does.
final class Waiter<Value: Sendable>: @unchecked Sendable {
    private var continuation: UnsafeContinuation<Value, Never>?

    func resume(_ value: Value) {
        continuation?.resume(returning: value)
        continuation = nil
    }

    /// Waits until ``resume(_:)``. `begin` is called once the waiter can be resumed.
    func value(ifCancelled: Value, _ begin: () -> Void) async -> Value {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                self.continuation = continuation
                if Task.isCancelled { resume(ifCancelled) } else { begin() }
            }
        } onCancel: {
            resume(ifCancelled)
        }
    }
}

/// The clock of the world, as the plugin's timers use it.
struct SimulatedClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration

        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    let scheduler: Scheduler

    var now: Instant { Instant(offset: scheduler.now) }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        if scheduler.isOver { throw CancellationError() }
        let waiter = Waiter<Bool>()
        let isOver = await waiter.value(ifCancelled: false) {
            scheduler.after(deadline.offset - scheduler.now) { [scheduler] in waiter.resume(!scheduler.isOver) }
        }
        if !isOver { throw CancellationError() }
    }
}
