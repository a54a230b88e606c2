import Access
import Base
import CircuitBreakers
import Logging
import Posts
import ServiceLifecycle

/// Asks Mattermost every 30 seconds whether the token and the recipients are right, and reports when they are not.
struct HealthCheck: Service {
    private static let interval = Duration.seconds(30)
    private static let retries = Duration.seconds(1)...Duration.seconds(10)

    private let live: Live<PostsContext>
    private let breaker: Breaker<MattermostError>
    private let health: Health
    private let logger: Logger
    private let clock: any Clock<Duration>
    /// Called when Mattermost works again, because requests that could not be posted may be posted now.
    private let recovered: @Sendable () -> Void

    init(
        _ live: Live<PostsContext>, breaker: Breaker<MattermostError>, health: Health,
        clock: any Clock<Duration> = .continuous, recovered: @escaping @Sendable () -> Void = {}
    ) {
        self.live = live
        self.breaker = breaker
        logger = live.current.logger
        self.health = health
        self.clock = clock
        self.recovered = recovered
    }

    private var chat: any ChatService { live.current.chat }
    private var recipients: Recipients { live.current.recipients }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            logger.debug("Starting Mattermost API health check...")
            var told = SayOnce<String>()
            var isWell = false
            var warned: Set<String> = []
            var backoff = Backoff(Self.retries)
            repeat {
                let problem = await check()
                if Task.isCancelled { return }
                if let problem {
                    report(problem, isNews: told.isNews(problem.message))
                    isWell = false
                } else if !isWell {
                    let wasIll = told.clear()
                    logger.log(level: wasIll ? .info : .debug, "Mattermost API health check finished ok")
                    if wasIll { recovered() }
                    isWell = true
                }
                if isWell {
                    // A reload of the configuration may have named other recipients, so this is not for the first check alone.
                    await warnOfOpenChannels(except: &warned)
                    backoff.reset()
                }
            } while (try? await clock.sleep(for: isWell ? Self.interval : backoff.next())) != nil
        }
    }

    /// Makes one check and sets the health of Mattermost and the recipients. Returns nil when all is well.
    private func check() async -> Problem? {
        do {
            // This call finds out whether the server is there, so it is made during an outage too.
            _ = try await CircuitBypass.run { () throws(MattermostError) in try await chat.me() }
            let (failures, isAnyWell) = try await recipientFailures()
            health.set(.mattermost, problem: nil)
            guard let worst = failures.first(where: { !Problem($0).isPermanent }) ?? failures.first else {
                show(nil, isNote: false)
                return nil
            }
            var problem = Problem(worst)
            if failures.count > 1 { problem.error = SharedError(worst, others: failures.count - 1, of: "recipients") }
            show(problem.error, isNote: isAnyWell && failures.allSatisfy(\.isLasting))
            return problem
        } catch {
            let problem = Problem(error)
            health.set(.mattermost, problem: problem.error)
            return problem
        }
    }

    /// Sets the health of the recipients. A note does not make the plugin unready: one bad recipient among good ones has to be
    /// corrected by a person, and does not keep the others from being notified.
    private func show(_ problem: (any OperatorError)?, isNote: Bool) {
        health.set(.recipients, note: isNote ? problem : nil)
        health.set(.recipients, problem: isNote ? nil : problem)
    }

    /// Returns the failures of the recipients. Each recipient has to exist, and the bot has to be a member of each channel:
    /// without that it may post, but cannot update its posts or see who is a member.
    private func recipientFailures() async throws(MattermostError) -> (failures: [MattermostError], isAnyWell: Bool) {
        let recipients = recipients
        let bot = try await recipients.bot()
        let found = await recipients.configured()
        var failures = found.failures
        var isAnyWell = false
        for place in found.places {
            guard case .channel = place.recipient, !(try await isMember(bot, of: place)) else {
                isAnyWell = true
                continue
            }
            failures.append(
                MattermostError(
                    .forbidden,
                    "Recipient \"\(place.recipient)\": the bot is not in the channel.", isDefinite: true,
                    mend: "Type /invite @\(bot.username) there."))
        }
        return (failures, isAnyWell)
    }

    /// Warns of channels that anybody can join and whose members may decide, once for each channel.
    private func warnOfOpenChannels(except warned: inout Set<String>) async {
        let context = live.current
        // Without buttons people decide in Teleport only.
        guard context.buttons != nil else { return }
        for place in await context.recipients.configured().places where place.kind == .open {
            let rules = context.recipients.rulesIncludingMonitoring
            guard context.policy.letsMembersDecide(of: place.recipient, rules) else { continue }
            guard warned.insert(place.channelID).inserted else { continue }
            logger.warning("\(place.recipient) \(OpenChannel.recipient.message)")
        }
    }

    private func isMember(_ bot: ChatUser, of place: RecipientPlace) async throws(MattermostError) -> Bool {
        do {
            return try await CircuitBypass.run { () throws(MattermostError) in
                try await chat.isMember(bot.id, of: place.channelID)
            }
        } catch {
            guard error.code == .forbidden || error.code == .notFound else { throw error }
            return false
        }
    }

    private func report(_ problem: Problem, isNews: Bool) {
        let isTold = !isNews || breaker.isOpen
        let level: Logger.Level = isTold ? .debug : problem.isPermanent ? .error : .warning
        logger.log(level: level, "Mattermost API health check failed: \(problem.message)")
    }
}
