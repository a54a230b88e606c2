package import Access
import Logging
import ServiceLifecycle

/// Reminds the owners of access lists of their reviews by direct message: within 30 seconds of the first connection to
/// Teleport, and then every three hours.
///
/// Teleport's plugin data of each list says who was told when. It is written by compare-and-swap before a message is sent, so
/// that no other replica sends the same. Without that record nothing is sent, because it could not be told from a repetition.
package struct AccessListReminders: Service {
    static let interval = Duration.seconds(3 * 3600)
    static let firstDelay = Duration.seconds(30)
    /// The pause after a round in which a server failed.
    static let retryPause = Duration.seconds(300)
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
        var due: [String: [AccessList]] = [:]
        for list in all {
            guard let period = list.period(at: now) else { continue }
            for owner in await claim(list, since: period, at: now) { due[owner, default: []].append(list) }
        }
        var isWell = true
        for (owner, lists) in due.sorted(by: { $0.key < $1.key }) where !Task.isCancelled {
            if !(await tell(owner, of: lists, claimedAt: now)) { isWell = false }
        }
        return isWell ? .done : .failed
    }

    /// Records that the owners who are not told yet are told now, and returns them. None are returned if that fails.
    private func claim(_ list: AccessList, since period: Timestamp, at now: Timestamp) async -> [String] {
        do {
            let owners = try await lists.owners(of: list)
            let text = try await lists.listData(of: list.name)[Self.key] ?? ""
            let record = RemindedOwners(text)
            let untold = record.untold(owners, since: period)
            guard !untold.isEmpty else { return [] }
            try await lists.updateListData(
                of: list.name, setting: [Self.key: record.reminding(untold, of: owners, at: now).description],
                expecting: [Self.key: text])
            return untold
        } catch {
            // After a conflict another replica tells the owners, and a list that is not found was removed.
            if error.code != .conflict, error.code != .notFound {
                failed(error, "Nobody is reminded of the review of an access list, as it cannot be recorded who was told")
            }
            return []
        }
    }

    private func failed(_ error: TeleportError, _ words: String) {
        warnings.add(error, words)
        context.observe(.reminded(.accessList, problem: error))
    }

    /// Sends the message. Returns false if it was certainly not sent and the owner is to be told in a later round.
    private func tell(_ owner: String, of lists: [AccessList], claimedAt time: Timestamp) async -> Bool {
        let names = OneLine.bounded(lists.map(\.name).joined(separator: ","), 500)
        let metadata: Logger.Metadata = ["owner": "\(OneLine.bounded(owner, 256))", "lists": "\(names)"]
        var mayBeSent = false
        do {
            guard let channelID = try await context.channelID(of: owner, metadata: metadata) else {
                let words = "An owner of access lists has no Mattermost account that is known"
                context.logger.warning("\(words), so they are not reminded of the reviews", metadata: metadata)
                context.observe(.reminded(.accessList, problem: Notice(words)))
                return true
            }
            mayBeSent = true
            try await send(to: channelID, about: lists, at: time)
            context.logger.notice("Reminded an owner of the review of access lists", metadata: metadata)
            context.observe(.reminded(.accessList, problem: nil))
            return true
        } catch {
            let problem = Problem(error)
            context.logger.warning(
                "Could not remind an owner of the review of access lists: \(problem.message)", metadata: metadata)
            context.observe(.reminded(.accessList, problem: problem.error))
            // A message that may have been sent is not sent again.
            if mayBeSent, (error as? MattermostError)?.isDefinite != true { return true }
            for list in lists { await release(owner, of: list, at: time) }
            return false
        }
    }

    private func send(to channelID: String, about lists: [AccessList], at time: Timestamp) async throws {
        let text = ReviewMessage.text(
            lists, webAddress: self.lists.webAddress, now: time, zone: context.cards.messages.zone)
        let pendingPostID = "\(try await context.recipients.botID()):\(channelID)-reviews-\(time.milliseconds)"
        try await context.chat.send(text, in: channelID, pendingPostID: pendingPostID)
    }

    /// Takes back that the owner was told.
    private func release(_ owner: String, of list: AccessList, at time: Timestamp) async {
        do {
            let text = try await lists.listData(of: list.name)[Self.key] ?? ""
            try await lists.updateListData(
                of: list.name, setting: [Self.key: RemindedOwners(text).forgetting(owner, at: time).description],
                expecting: [Self.key: text])
        } catch {
            // The owner is reminded in the next period.
            context.logger.debug("Could not take back that an owner was reminded: \(error)")
        }
    }
}
