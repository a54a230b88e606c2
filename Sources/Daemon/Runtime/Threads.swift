import NIOCore
import NIOPosix

/// The plugin's threads. There are two event loops: one serves the callback, so that what strangers send cannot hold up the
/// plugin's own work, and one runs all tasks and the connections to Teleport. libcurl has a thread of its own.
struct Threads: Sendable {
    static let shared = Threads()

    /// The loop of everything that listens.
    let listening: any EventLoop
    /// The loop of the tasks and of the connections to Teleport.
    let working: any EventLoop
    /// Runs tasks on ``working``.
    let executor: LoopExecutor
    /// Sleeps by timers of ``working``.
    let clock: LoopClock

    private init() {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        (listening, working) = (group.next(), group.next())
        executor = LoopExecutor(working)
        clock = LoopClock(working)
    }

    /// Returns when both loops have run a task. A loop that is stuck never does.
    func answer() async {
        for loop in [listening, working] { try? await loop.submit {}.get() }
    }
}
