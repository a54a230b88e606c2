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
                let (problem, places) = await check(wasWell: isWell)
                if Task.isCancelled { return }
                // A reload of the configuration may have named other recipients, so this is not for the first check alone.
                warnOfOpenChannels(among: places, except: &warned)
                if let problem {
                    report(problem, isNews: told.isNews(problem.message))
                    isWell = false
                } else if !isWell {
                    let wasIll = told.clear()
                    logger.log(level: wasIll ? .info : .debug, "Mattermost API health check finished ok")
                    if wasIll { recovered() }
                    isWell = true
                }
                if isWell { backoff.reset() }
            } while (try? await clock.sleep(for: isWell ? Self.interval : backoff.next())) != nil
        }
    }

    /// Makes one check and sets the health of Mattermost and the recipients. Returns nil when all is well, and the recipients
    /// that were found.
    /// - Parameter wasWell: whether the check before found nothing wrong. If so, and if the bot's membership is asked for, that
    ///   tells as much of the server and of the token as a call for them.
    private func check(wasWell: Bool) async -> (problem: Problem?, places: [RecipientPlace]) {
        do {
            let recipients = recipients
            let asksForMembers = recipients.rules.all.contains { if case .channel = $0 { true } else { false } }
            if !wasWell || !asksForMembers {
                // This call finds out whether the server is there, so it is made during an outage too.
                _ = try await CircuitBypass.run { () throws(MattermostError) in try await chat.me() }
            }
            let bot = try await recipients.bot()
            let own = try await tested(await recipients.places(of: recipients.rules.all), bot)
            let others = try await tested(await recipients.namedByMonitoring(), bot)
            health.set(.mattermost, problem: nil)
            return (show(own, others), own.places + others.places)
        } catch {
            let problem = Problem(error)
            health.set(.mattermost, problem: problem.error)
            return (problem, [])
        }
    }

    /// The recipients that were found, and the failures of those that cannot be told.
    private struct Tested {
        var places: [RecipientPlace]
        var failures: [MattermostError]
        /// Whether a recipient can be told.
        var isAnyWell = false
    }

    /// Sets the health of the recipients, and returns what is wrong with them. A note does not make the plugin unready: one bad
    /// recipient among good ones has to be corrected by a person, and does not keep the others from being notified. A bad
    /// recipient of a monitoring rule never keeps a request from being posted, because the configured ones take its place.
    private func show(_ own: Tested, _ ofRules: Tested) -> Problem? {
        let isNote = (own.isAnyWell || ofRules.isAnyWell) && own.failures.allSatisfy(\.isLasting)
        let problem = Self.problem(isNote ? [] : own.failures)
        let note = Self.problem((isNote ? own.failures : []) + ofRules.failures)
        health.set(.recipients, note: note?.error)
        health.set(.recipients, problem: problem?.error)
        return problem ?? note
    }

    private static func problem(_ failures: [MattermostError]) -> Problem? {
        guard let worst = failures.first(where: { !Problem($0).isPermanent }) ?? failures.first else { return nil }
        var problem = Problem(worst)
        if failures.count > 1 { problem.error = SharedError(worst, others: failures.count - 1, of: "recipients") }
        return problem
    }

    /// Returns the recipients with the failures of those that cannot be told. Each recipient has to exist, and the bot has to be
    /// a member of each channel: without that it may post, but cannot update its posts or see who is a member.
    private func tested(_ found: FoundRecipients, _ bot: ChatUser) async throws(MattermostError) -> Tested {
        var tested = Tested(places: found.places, failures: found.failures)
        for place in found.places {
            guard case .channel = place.recipient, !(try await isMember(bot, of: place)) else {
                tested.isAnyWell = true
                continue
            }
            tested.failures.append(
                MattermostError(
                    .forbidden,
                    "Recipient \"\(place.recipient)\": the bot is not in the channel.", isDefinite: true,
                    mend: "Type /invite @\(bot.username) there."))
        }
        return tested
    }

    /// Warns of channels that anybody can join and whose members may decide, once for each channel.
    private func warnOfOpenChannels(among places: [RecipientPlace], except warned: inout Set<String>) {
        let context = live.current
        // Without buttons people decide in Teleport only.
        guard context.buttons != nil else { return }
        let rules = context.recipients.rulesIncludingMonitoring
        for place in places where place.kind == .open {
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
