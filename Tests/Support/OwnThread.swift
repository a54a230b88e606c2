import Dispatch

/// Runs tasks apart from Swift's own threads.
///
/// Those are as many as the machine has cores, and all tests share them. A few long tests without a pause can hold all of them
/// for longer than a call or a click may take. Servers under test, and the plugin where it runs in the test's process, therefore
/// run here, one executor for each, and keep their time limits meanwhile. Jobs may be handed in from any thread.
package final class OwnThread: TaskExecutor {
    /// Dispatch adds a thread for a serial queue whose other threads are busy.
    private let queue = DispatchQueue(label: "server under test")

    package init() {}

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
