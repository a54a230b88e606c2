package import Access
import Logging
import ServiceLifecycle
import Synchronization

/// Sweeps when the watch connects or reconnects, and every ten minutes. A sweep that fails is tried again until it succeeds. One
/// that may not have seen everything is followed by others.
///
/// Each sweep is followed by a rest that is four times as long as the sweep took, within limits. Otherwise a watch that ends
/// again and again in a burst of changes would cause one sweep right after the other.
package struct Sweeper: Service {
    private static let minute = Duration.seconds(60)
    /// The number of minutes from one sweep to the next.
    private static let interval = 10
    private static let retries = Duration.seconds(1)...Duration.seconds(10)
    /// The pause after a failure that only a person can mend.
    private static let slowly = Duration.seconds(60)

    /// The length of the rest after a sweep, as a multiple of the sweep's length. ``rests`` limits it.
    private static let restFactor = 4
    private static let rests = Duration.milliseconds(200)...Duration.seconds(30)

    /// The time after which a list shows what was written before it was asked for, in a cache that keeps up.
    private static let cacheLag = Duration.seconds(2)

    /// The sweeps that follow one that may not have seen everything: one soon, and one in each of the next minutes. All copies of
    /// the struct share them.
    private final class FollowUps: Sendable {
        private let left = Mutex((isSoon: false, minutes: 0))

        func ask(forMinutes count: Int, isSoon: Bool = false) {
            left.withLock { $0 = ($0.isSoon || isSoon, max($0.minutes, count)) }
        }

        /// Returns whether a sweep is due in this minute, and counts it.
        func takeMinute() -> Bool {
            left.withLock { left in
                defer { left.minutes = max(left.minutes - 1, 0) }
                return left.minutes > 0
            }
        }

        /// Returns whether a sweep is due soon after the one that begins now, and counts it.
        func takeSoon() -> Bool {
            left.withLock { left in
                defer { left.isSoon = false }
                return left.isSoon
            }
        }
    }

    private let live: Live<PostsContext>
    private let reconciler: Reconciler
    private let clock: any Clock<Duration>
    private let followUps = FollowUps()
    private let triggers: AsyncStream<Void>
    private let trigger: AsyncStream<Void>.Continuation

    private var context: PostsContext { live.current }

    package init(_ context: PostsContext, _ reconciler: Reconciler, clock: any Clock<Duration> = .continuous) {
        self.init(Live(context), reconciler, clock: clock)
    }

    /// - Parameter live: is read once at the beginning of each sweep.
    package init(_ live: Live<PostsContext>, _ reconciler: Reconciler, clock: any Clock<Duration> = .continuous) {
        self.live = live
        self.reconciler = reconciler
        self.clock = clock
        (triggers, trigger) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Asks for a sweep. Several calls during one sweep cause only one more. Because the list may come from a cache that lags
    /// behind, one more follows after two seconds and two more within the next two minutes: what changed right before the watch
    /// began is seen then.
    package func sweepSoon() {
        context.evidence.startOver(at: context.clocks.elapsed())
        followUps.ask(forMinutes: 2, isSoon: true)
        trigger.yield()
    }

    /// Sweeps until the task is cancelled or a graceful shutdown begins.
    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                var minutes = 0
                while (try? await clock.sleep(for: Self.minute)) != nil {
                    minutes += 1
                    if followUps.takeMinute() || minutes % Self.interval == 0 { trigger.yield() }
                }
            }
            group.addTask(priority: .utility) { await sweepWhenAsked() }
            await withTaskCancellationOrGracefulShutdownHandler {
                await group.next()
            } onCancelOrGracefulShutdown: {
                trigger.finish()
            }
            group.cancelAll()
        }
    }

    /// Sweeps each time one is asked for. Once after each start it also looks through the channels, because posts may have been
    /// left open whose records ended while no plugin was running. That takes long, so it runs beside the sweeps and delays
    /// nothing.
    private func sweepWhenAsked() async {
        await withDiscardingTaskGroup { looks in
            var isFirst = true
            for await _ in triggers {
                let begun = context.clocks.elapsed()
                let isFollowed = followUps.takeSoon()
                let isDone = await untilDone("Could not look through all requests and posts") {
                    if try await Sweep(context, reconciler, clock: clock)() == .perhapsBlind { followUps.ask(forMinutes: 1) }
                }
                guard isDone else { break }
                if isFirst {
                    looks.addTask(priority: .background) {
                        _ = await untilDone("Could not look for posts that were left open") {
                            try await ChannelSweep(context, reconciler, clock: clock)()
                        }
                    }
                }
                isFirst = false
                if isFollowed {
                    looks.addTask {
                        guard (try? await clock.sleep(for: Self.cacheLag)) != nil else { return }
                        trigger.yield()
                    }
                }
                let rest = (context.clocks.elapsed() - begun) * Self.restFactor
                try? await clock.sleep(for: min(max(rest, Self.rests.lowerBound), Self.rests.upperBound))
            }
            looks.cancelAll()
        }
    }

    /// Tries again until the work is done. Returns false if the task is cancelled before.
    private func untilDone(_ failed: String, _ body: () async throws -> Void) async -> Bool {
        var backoff = Backoff(Self.retries)
        var told = SayOnce<String>()
        while !Task.isCancelled {
            var pause = backoff.next()
            do {
                try await body()
                return true
            } catch {
                let problem = Problem(error)
                let isQuiet = !told.isNews(problem.message) || context.outage() != nil
                let level: Logger.Level = isQuiet ? .debug : problem.isPermanent ? .error : .warning
                context.logger.log(level: level, "\(failed): \(problem.message)")
                if problem.isPermanent { pause = Self.slowly }
            }
            guard !Sabotage.isActive(.sweepGivesUp), (try? await clock.sleep(for: pause)) != nil else { return false }
        }
        return false
    }
}
