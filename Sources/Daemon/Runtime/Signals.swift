import Glibc
import Synchronization

/// The signals that tell the process to stop or to read its files again. All threads block them, and the main thread waits for
/// them: libdispatch's sources of signals would start a thread that wakes each second.
///
/// A signal that nobody has asked for does what it does by default, which is to end the process.
enum Signals {
    private struct Readers {
        var streams: [(signals: Set<Int32>, continuation: AsyncStream<Int32>.Continuation)] = []
        var ignored: Set<Int32> = []

        /// Gives the signal to those who asked for it. Returns false if nobody did.
        func give(_ signal: Int32) -> Bool {
            let asked = streams.filter { $0.signals.contains(signal) }
            for stream in asked { stream.continuation.yield(signal) }
            return !asked.isEmpty || ignored.contains(signal)
        }
    }

    private static let readers = Mutex(Readers())

    private static var blocked: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in [SIGHUP, SIGINT, SIGTERM, SIGUSR1] { sigaddset(&set, signal) }
        return set
    }

    /// Blocks the signals. It must be called before there is a second thread, because threads inherit what is blocked.
    static func block() {
        var set = blocked
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits for signals, on the main thread.
    static func wait() -> Never {
        var set = blocked
        while true {
            var signal: Int32 = 0
            guard sigwait(&set, &signal) == 0, !readers.withLock({ $0.give(signal) }) else { continue }
            Glibc.signal(signal, SIG_DFL)
            pthread_sigmask(SIG_UNBLOCK, &set, nil)
            raise(signal)
        }
    }

    /// Ignores signals for which nobody asks.
    static func ignore(_ signals: Int32...) { readers.withLock { $0.ignored.formUnion(signals) } }

    /// Returns a stream of each of these signals from now on.
    static func stream(of signals: Int32...) -> AsyncStream<Int32> {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingNewest(8))
        readers.withLock { $0.streams.append((Set(signals), continuation)) }
        return stream
    }
}
