import DequeModule
package import NIOCore
import Synchronization

/// Runs tasks on an event loop, so that a call of Teleport and the task that waits for it need no switch of threads.
///
/// Swift's own executor would run the tasks on libdispatch's threads. A click took 210 switches of threads with it, and takes
/// 49 without it. libdispatch also wakes each second to look after its threads, for as long as the process lives.
///
/// Tasks of a low priority, such as those that catch up after an outage, wait until no others are ready. Jobs may be handed in
/// from any thread.
package final class LoopExecutor: TaskExecutor {
    /// The number of jobs that run before the loop serves its sockets again.
    private static let turn = 64

    private struct Queues {
        var ready = Deque<UnownedJob>()
        var patient = Deque<UnownedJob>()
        /// Whether the loop was asked to run jobs and has not found the queues empty since.
        var isScheduled = false

        mutating func next() -> UnownedJob? { ready.popFirst() ?? patient.popFirst() }
    }

    private let loop: any EventLoop
    private let queues = Mutex(Queues())

    package init(_ loop: any EventLoop) { self.loop = loop }

    package func enqueue(_ job: consuming ExecutorJob) {
        let isPatient = job.priority.rawValue <= TaskPriority.utility.rawValue
        let job = UnownedJob(job)
        let isFirst = queues.withLock { queues in
            if isPatient { queues.patient.append(job) } else { queues.ready.append(job) }
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
