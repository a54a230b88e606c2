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
        /// A number for what the action does.
        let mark: Int
        /// Whether the action would still do anything; nil if it would in any case.
        let matters: (() -> Bool)?

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
    /// Called before a job of a machine runs, once ``stepsToIncident`` has come to zero.
    var incident: ((Machine) -> Void)?
    /// The number of jobs until something happens to the machine whose job is next; zero for never.
    var stepsToIncident = 0
    /// Called when no job can run and before time passes. Returns whether it did something, so that jobs may be ready again.
    var idle: (() -> Bool)?
    /// Whether the rest of the world is of no interest, so that ``run(until:)`` ends at once.
    var isAbandoned = false
    private var ready: [(machine: Machine, job: UnownedJob)] = []
    private var events = Heap<Event>()
    private var count = 0

    init(_ choices: Choices) { self.choices = choices }

    func add(_ job: UnownedJob, _ machine: Machine) { ready.append((machine, job)) }

    /// Does something after a delay.
    /// - Parameters:
    ///   - mark: a number for what is done, by which the states of two worlds are compared.
    ///   - matters: whether anything would be done. It is asked only when states are compared.
    func after(
        _ delay: Duration, mark: Int = 0, while matters: (() -> Bool)? = nil, _ action: @escaping () -> Void
    ) {
        count += 1
        events.insert(Event(at: now + max(delay, .zero), number: count, action: action, mark: mark, matters: matters))
    }

    /// A number for all that is still to be done, and when.
    var pending: Int {
        events.unordered.reduce(0) { sum, event in
            guard event.matters?() ?? true else { return sum }
            var hasher = Hasher()
            hasher.combine(event.at)
            hasher.combine(event.mark)
            return sum &+ hasher.finalize()
        }
    }

    /// Runs until a moment of the world's time.
    func run(until end: Duration) {
        while !isAbandoned {
            runJobs()
            if let idle, events.min.map({ $0.at > now }) ?? true, idle() { continue }
            guard !isAbandoned, let next = events.min, next.at <= end, let event = events.popMin() else { break }
            now = max(now, event.at)
            event.action()
        }
        now = max(now, end)
    }

    /// Lets every task end. Nothing that a task does from now on reaches a server.
    func finish(_ machines: [Machine]) {
        isOver = true
        (incident, idle) = (nil, nil)
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
            countDown(machine)
            machine.jobBegins()
            if machine.isHeld, !isOver {
                machine.keep(job)
            } else {
                steps += 1
                job.runSynchronously(on: machine.asUnownedTaskExecutor())
            }
        }
    }

    private func countDown(_ machine: Machine) {
        guard stepsToIncident > 0, !isOver else { return }
        stepsToIncident -= 1
        if stepsToIncident == 0 { incident?(machine) }
    }
}

/// The processor of one replica, or of the people. While it is held, as by SIGSTOP, none of its tasks run.
final class Machine: TaskExecutor, @unchecked Sendable {
    let name: String
    let scheduler: Scheduler
    private(set) var isHeld = false
    /// When it was last released; nil if it was never held.
    private(set) var released: Duration?
    /// What each activity of the machine was told by others, in order and with the times.
    var histories = [Int](repeating: 0, count: Activity.allCases.count)
    /// Called when the replica begins a run over a request, and in a few other moments.
    var runBegins: (() -> Void)?
    private var kept: [UnownedJob] = []
    private var countdown: (jobs: Int, action: () -> Void)?

    private let marks: [Int]

    init(_ name: String, _ scheduler: Scheduler) {
        self.name = name
        self.scheduler = scheduler
        marks = Activity.allCases.map { "\(name) \($0.rawValue)".hashValue }
    }

    func enqueue(_ job: consuming ExecutorJob) { scheduler.add(UnownedJob(job), self) }

    /// A number for an activity of this machine.
    func mark(_ activity: Activity) -> Int { marks[activity.rawValue] }

    func keep(_ job: UnownedJob) { kept.append(job) }

    /// Calls `action` before the machine runs another job, after it has run as many as this.
    func after(jobs: Int, _ action: @escaping () -> Void) { countdown = (jobs, action) }

    /// Is called before each job, also before one that is kept.
    func jobBegins() {
        guard let (jobs, action) = countdown else { return }
        countdown = jobs > 0 ? (jobs - 1, action) : nil
        if jobs == 0 { action() }
    }

    func hold() { isHeld = true }

    func release() {
        isHeld = false
        released = scheduler.now
        for job in kept { scheduler.add(job, self) }
        kept = []
    }
}

/// A continuation that several events want to resume; the first one does.
final class Waiter<Value: Sendable>: @unchecked Sendable {
    private var continuation: UnsafeContinuation<Value, Never>?

    var isWaiting: Bool { continuation != nil }

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
