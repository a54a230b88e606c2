import DequeModule
package import NIOCore
import Synchronization

/// Runs tasks on an event loop, so that a call of Teleport and the task that waits for it need no switch of threads.
///
/// Swift's own executor would run the tasks on libdispatch's threads. A click took 210 switches of threads with it, and takes
/// 49 without it. libdispatch also wakes each second to look after its threads, for as long as the process lives.
///
/// The tasks of a click and of the watch, which have a high priority, run before all others that are ready, because a person or
/// a server waits for their answer and does so for a short time only. Tasks of a low priority, such as those that catch up after
/// an outage, wait until no others are ready. Jobs may be handed in from any thread.
package final class LoopExecutor: TaskExecutor {
    /// The number of jobs that run before the loop serves its sockets again.
    private static let turn = 64

    private struct Queues {
        private var urgent = Deque<UnownedJob>()
        private var ordinary = Deque<UnownedJob>()
        private var patient = Deque<UnownedJob>()
        /// Whether the loop was asked to run jobs and has not found the queues empty since.
        var isScheduled = false

        mutating func add(_ job: UnownedJob, _ priority: UInt8) {
            if priority >= TaskPriority.high.rawValue {
                urgent.append(job)
            } else if priority > TaskPriority.utility.rawValue {
                ordinary.append(job)
            } else {
                patient.append(job)
            }
        }

        mutating func next() -> UnownedJob? { urgent.popFirst() ?? ordinary.popFirst() ?? patient.popFirst() }
    }

    private let loop: any EventLoop
    private let queues = Mutex(Queues())

    package init(_ loop: any EventLoop) { self.loop = loop }

    package func enqueue(_ job: consuming ExecutorJob) {
        let priority = job.priority.rawValue
        let job = UnownedJob(job)
        let isFirst = queues.withLock { queues in
            queues.add(job, priority)
            defer { queues.isScheduled = true }
            return !queues.isScheduled
        }
        if isFirst { loop.execute { self.runJobs() } }
    }

    private func runJobs() {
        for _ in 0..<Self.turn {
            let next = queues.withLock { queues in
                let job = queues.next()
                if job == nil { queues.isScheduled = false }
                return job
            }
            guard let next else { return }
            next.runSynchronously(on: asUnownedTaskExecutor())
        }
        loop.execute { self.runJobs() }
    }
}
