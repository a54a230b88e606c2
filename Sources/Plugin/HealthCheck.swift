import Access
import Logging
import ServiceLifecycle

/// Asks Mattermost every half minute whether the token, the team and the channel are right, and says so when they are not.
package struct HealthCheck: Service {
    private static let interval = Duration.seconds(30)
    private static let retries = Duration.seconds(1)...Duration.seconds(10)

    private let chat: any ChatService
    private let breaker: Breaker<MattermostError>
    private let recipients: Recipients
    private let health: Health
    private let logger: Logger
    private let clock: any Clock<Duration>

    package init(_ environment: Environment, health: Health, clock: any Clock<Duration> = .continuous) {
        chat = environment.probing.chat
        breaker = environment.circuits.chat
        recipients = environment.recipients
        logger = environment.logger
        self.health = health
        self.clock = clock
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            logger.debug("Starting Mattermost API health check...")
            var said: String?
            var isWell = false
            var delay = Self.retries.lowerBound
            repeat {
                let problem = await check()
                if Task.isCancelled { return }
                if let problem {
                    report(problem, isNews: said != problem.message)
                    (said, isWell) = (problem.message, false)
                } else if !isWell {
                    logger.log(level: said == nil ? .debug : .info, "Mattermost API health check finished ok")
                    (said, isWell) = (nil, true)
                }
                delay = isWell ? Self.interval : min(delay * 2, Self.retries.upperBound)
            } while (try? await clock.sleep(for: delay)) != nil
        }
    }

    /// Nil when all is well.
    private func check() async -> Problem? {
        do {
            _ = try await chat.me()
            _ = try await recipients.channels()
            health.set(.mattermost, problem: nil)
            return nil
        } catch {
            return Problem(error)
        }
    }

    private func report(_ problem: Problem, isNews: Bool) {
        health.set(.mattermost, problem: problem.message)
        let isTold = !isNews || breaker.isOpen
        let level: Logger.Level = isTold ? .debug : problem.isPermanent ? .error : .warning
        logger.log(level: level, "Mattermost API health check failed: \(problem.message)")
    }
}
