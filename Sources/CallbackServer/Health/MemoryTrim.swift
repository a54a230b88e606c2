package import CMalloc
import Synchronization

/// Returns the heap's free pages to the kernel after a burst of requests or of posts, and after a large sweep. It is needed because
/// glibc keeps them: a process that had served a benchmark stayed at 53 MB instead of 18 MB. It sleeps until there has been a
/// burst, so an idle process has no timer.
package final class MemoryTrim: Sendable {
    /// The time between the request that makes a trim worthwhile and the trim. Most bursts are over by then.
    static let delay = Duration.seconds(30)
    /// The number of requests and posts since the last trim that make a trim worthwhile. Fewer free too little memory to spend a
    /// millisecond on it.
    static let worthwhile = 500

    private let requests = Atomic(0)
    private let bursts: AsyncStream<Void>
    private let burst: AsyncStream<Void>.Continuation

    private let clock: any Clock<Duration>
    private let trim: @Sendable () -> Void

    package init(clock: any Clock<Duration> = .continuous, trim: @escaping @Sendable () -> Void = { _ = cmalloc_trim() }) {
        (bursts, burst) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.clock = clock
        self.trim = trim
    }

    /// Counts requests or posts. It may be called from any thread.
    package func count(_ number: Int = 1) {
        let (before, after) = requests.add(number, ordering: .relaxed)
        if before < Self.worthwhile, after >= Self.worthwhile { burst.yield() }
    }

    /// Trims once after each burst, until the task is cancelled. A trim takes about 1 ms per 10 MB and runs where tasks
    /// run, never on the listener's event loop.
    func run() async {
        for await _ in bursts {
            guard (try? await clock.sleep(for: Self.delay)) != nil else { return }
            requests.store(0, ordering: .relaxed)
            trim()
        }
    }
}
