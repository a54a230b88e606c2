package import Access
import Logging
import ServiceLifecycle

/// Reminds the owners of access lists of their reviews by direct message: within 30 seconds of the first connection to
/// Teleport, and then every three hours.
///
/// Teleport's plugin data of each list says who was told when. It is written by compare-and-swap right before a message is sent,
/// so that no other replica sends the same. Without that record nothing is sent, because it could not be told from a repetition.
package struct AccessListReminders: Service {
    static let interval = Duration.seconds(3 * 3600)
    static let firstDelay = Duration.seconds(30)
    /// The pause after a round in which a server failed.
    static let retryPause = Duration.seconds(300)
    /// The number of attempts to record one owner, while other replicas record others.
    private static let claimLimit = 5
    /// The key in the plugin data of an access list, see ``RemindedOwners``.
    static let key = "review_reminders"

    private let live: Live<PostsContext>
    private var context: PostsContext { live.current }
    private let lists: any AccessListService
    private let clock: any Clock<Duration>
    private let warnings: ReminderWarnings
    private let connections: AsyncStream<Void>
    private let connection: AsyncStream<Void>.Continuation

    /// The way in which a round ended.
    enum Outcome { case done, failed, unsupported }

    package init(_ context: PostsContext, lists: any AccessListService, clock: any Clock<Duration> = .continuous) {
        self.init(Live(context), lists: lists, clock: clock)
    }

    /// - Parameter live: is read once at the beginning of each message.
    package init(_ live: Live<PostsContext>, lists: any AccessListService, clock: any Clock<Duration> = .continuous) {
        self.live = live
        self.lists = lists
        self.clock = clock
        warnings = ReminderWarnings(logger: live.current.logger)
        (connections, connection) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Notes that there is a connection to Teleport.
    package func connected() { connection.yield() }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in connections { break }
            await remindRegularly()
            // A service must not end before the plugin does.
            for await _ in connections {}
        }
    }

    private func remindRegularly() async {
        var pause = Self.firstDelay * context.jitter()
        while (try? await clock.sleep(for: pause)) != nil {
            switch await remind() {
            case .done: pause = Self.interval
            case .failed: pause = Self.retryPause
            case .unsupported:
                return context.logger.info("This Teleport server has no access lists, so nobody is reminded of their reviews")
            }
        }
    }

    /// Makes one round over all lists. Each owner gets one message about all of their lists.
    func remind() async -> Outcome {
        guard context.outage() == nil else { return .failed }
        let now = context.clocks.now()
        let all: [AccessList]
        do {
            all = try await lists.accessLists()
        } catch {
            guard error.code != .unimplemented else { return .unsupported }
            failed(error, "The access lists could not be read")
            return error.code == .permissionDenied ? .done : .failed
        }
        var due: [String: [Review]] = [:]
        var isWell = true
        for list in all {
            guard let period = list.period(at: now) else { continue }
            do {
                let review = try await self.review(of: list, since: period)
                for owner in review.untold { due[owner, default: []].append(review) }
            } catch {
                if noteLoss(error) { isWell = false }
            }
        }
        for (owner, reviews) in due.sorted(by: { $0.key < $1.key }) where !Task.isCancelled {
            if !(await tell(owner, of: reviews, at: now)) { isWell = false }
        }
        return isWell ? .done : .failed
    }

    // MARK: - Who was told

    /// An access list whose review is due.
    private struct Review {
        var list: AccessList
        var owners: [String]
        var period: Timestamp
        /// The plugin data's text of who was told, as it was read last.
        var text: String

        /// The owners who are not told yet.
        var untold: [String] { RemindedOwners(text).untold(owners, since: period) }
    }

    private func review(of list: AccessList, since period: Timestamp) async throws(TeleportError) -> Review {
        let owners = try await lists.owners(of: list)
        return Review(list: list, owners: owners, period: period, text: try await told(list))
    }

    private func told(_ list: AccessList) async throws(TeleportError) -> String {
        try await lists.listData(of: list.name)[Self.key] ?? ""
    }

    /// Records that the owner is told now. Returns whether it was recorded; it is not if another replica tells the owner.
    ///
    /// After a conflict the record is read again, because another replica may have told another owner of the same list.
    private func claim(_ owner: String, of review: Review, at now: Timestamp) async throws(TeleportError) -> Bool {
        var review = review
        for _ in 0..<Self.claimLimit where review.untold.contains(owner) {
            do {
                let record = RemindedOwners(review.text).reminding([owner], of: review.owners, at: now)
                try await lists.updateListData(
                    of: review.list.name, setting: [Self.key: record.description], expecting: [Self.key: review.text])
                return true
            } catch {
                guard error.code == .conflict else { throw error }
            }
            review.text = try await told(review.list)
        }
        return false
    }

    /// Takes back that the owner was told.
    private func release(_ owner: String, of list: AccessList, at time: Timestamp) async {
        do {
            let text = try await told(list)
            try await lists.updateListData(
                of: list.name, setting: [Self.key: RemindedOwners(text).forgetting(owner, at: time).description],
                expecting: [Self.key: text])
        } catch {
            // The owner is reminded in the next period.
            context.logger.debug("Could not take back that an owner was reminded: \(error)")
        }
    }

    /// Logs that a list's record could not be read or written. Returns whether the next round should come soon.
    private func noteLoss(_ error: TeleportError) -> Bool {
        // A list that is not found was removed.
        guard error.code != .notFound else { return false }
        failed(error, "Nobody is reminded of the review of an access list, as it cannot be recorded who was told")
        return switch error.code {
        case .unavailable, .timedOut, .cancelled, .conflict, .other: true
        case .permissionDenied, .refused, .unimplemented, .misconfigured, .notFound: false
        }
    }

    private func failed(_ error: TeleportError, _ words: String) {
        warnings.add(error, words)
        context.observe(.reminded(.accessList, problem: error))
    }

    // MARK: - The message

    /// Tells the owner of those lists of which no other replica tells them. Returns false if a later round is to try again.
    private func tell(_ owner: String, of reviews: [Review], at now: Timestamp) async -> Bool {
        let names = OneLine.bounded(reviews.map(\.list.name).joined(separator: ","), 500)
        let metadata: Logger.Metadata = ["owner": "\(OneLine.bounded(owner, 256))", "lists": "\(names)"]
        let (channelID, botID): (String?, String)
        do {
            channelID = try await context.channelID(of: owner, metadata: metadata)
            botID = try await context.recipients.botID()
        } catch {
            warn(error, metadata)
            return false
        }
        var isWell = true
        var claimed: [AccessList] = []
        // This is done at the last moment, so that a plugin that ends in the middle of a round leaves one message in doubt.
        for review in reviews {
            do {
                if try await claim(owner, of: review, at: now) { claimed.append(review.list) }
            } catch {
                if noteLoss(error) { isWell = false }
            }
        }
        guard !claimed.isEmpty else { return isWell }
        guard let channelID else {
            let words = "An owner of access lists has no Mattermost account that is known"
            context.logger.warning("\(words), so they are not reminded of the reviews", metadata: metadata)
            context.observe(.reminded(.accessList, problem: Notice(words)))
            return isWell
        }
        do {
            try await send(to: channelID, about: claimed, from: botID, at: now)
            context.logger.notice("Reminded an owner of the review of access lists", metadata: metadata)
            context.observe(.reminded(.accessList, problem: nil))
            return isWell
        } catch {
            warn(error, metadata)
            // A message that may have been sent is not sent again.
            guard error.isDefinite else { return isWell }
            for list in claimed { await release(owner, of: list, at: now) }
            return false
        }
    }

    private func warn(_ error: any Error, _ metadata: Logger.Metadata) {
        let problem = Problem(error)
        context.logger.warning(
            "Could not remind an owner of the review of access lists: \(problem.message)", metadata: metadata)
        context.observe(.reminded(.accessList, problem: problem.error))
    }

    private func send(
        to channelID: String, about lists: [AccessList], from botID: String, at time: Timestamp
    ) async throws(MattermostError) {
        let text = ReviewMessage.text(
            lists, webAddress: self.lists.webAddress, now: time, zone: context.cards.messages.zone)
        try await context.chat.send(text, in: channelID, pendingPostID: "\(botID):\(channelID)-reviews-\(time.milliseconds)")
    }
}
