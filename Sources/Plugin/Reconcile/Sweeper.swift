import Access
import Logging
import ServiceLifecycle

/// Sweeps when the watch (re)connects and every ten minutes; a failed sweep is tried again until it succeeds.
package struct Sweeper: Service {
    private static let interval = Duration.seconds(600)
    private static let retries = Duration.seconds(1)...Duration.seconds(10)
    /// When only a person can mend it.
    private static let slowly = Duration.seconds(60)

    private let environment: Environment
    private let sweep: Sweep
    private let clock: any Clock<Duration>
    private let triggers: AsyncStream<Void>
    private let trigger: AsyncStream<Void>.Continuation

    package init(_ environment: Environment, _ reconciler: Reconciler, clock: any Clock<Duration> = .continuous) {
        self.environment = environment
        self.clock = clock
        sweep = Sweep(environment, reconciler)
        (triggers, trigger) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    package func sweepSoon() { trigger.yield() }

    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while (try? await clock.sleep(for: Self.interval)) != nil { trigger.yield() }
            }
            group.addTask {
                for await _ in triggers { await untilDone() }
            }
            await withTaskCancellationOrGracefulShutdownHandler {
                await group.next()
            } onCancelOrGracefulShutdown: {
                trigger.finish()
            }
            group.cancelAll()
        }
    }

    private func untilDone() async {
        var delay = Self.retries.lowerBound
        var said: String?
        while !Task.isCancelled {
            do {
                return try await sweep()
            } catch {
                let problem = Problem(error)
                let isQuiet = said == problem.message || environment.circuits.wait != nil
                let level: Logger.Level = isQuiet ? .debug : problem.isPermanent ? .error : .warning
                environment.logger.log(level: level, "Could not look through all requests and posts: \(problem.message)")
                said = problem.message
                if problem.isPermanent { delay = Self.slowly }
            }
            guard (try? await clock.sleep(for: delay)) != nil else { return }
            delay = min(delay * 2, Self.retries.upperBound)
        }
    }
}
