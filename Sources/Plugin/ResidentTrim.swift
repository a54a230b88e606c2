import CMalloc
import ServiceLifecycle

/// Gives back the memory that only the start, or a burst of work, needed.
///
/// Linux maps 64 kB of a program around each page that it touches, so a start leaves nearly the whole program resident: 31 of
/// 35 MB. What is in use is mapped again from the page cache at once; the rest does not come back.
struct ResidentTrim: Service {
    /// By then the watch is on and the first requests are posted.
    private static let afterStart = Duration.seconds(1)
    private static let interval = Duration.seconds(10)

    let clock: any Clock<Duration>

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var pause = Self.afterStart
            while (try? await clock.sleep(for: pause)) != nil {
                Self.trim()
                pause = Self.interval
            }
        }
    }

    /// About 0.1 ms, on the thread of a task.
    static func trim() {
        cmalloc_trim()
        cmalloc_release_text()
    }
}
