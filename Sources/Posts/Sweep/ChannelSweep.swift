import Access
import Logging

/// Looks for cards in the channels themselves. It is used for servers that give no list of records, and once after each start
/// for open posts whose record has ended, for example during an outage of several days.
///
/// The cost is bounded: it reads at most ``pages`` pages of each channel, and only the ``directLimit`` direct-message channels
/// with the newest posts.
struct ChannelSweep {
    /// The number of pages that are read of a channel. One page of 100 posts took 1.4 s of a busy Mattermost's time.
    static let pages = 20
    /// The number of direct-message channels that are read. Those with the newest posts are chosen.
    private static let directLimit = 200
    /// The age of the oldest posts that are looked at. No server keeps a request for longer.
    private static let age = Duration.seconds(15 * 24 * 3600)

    private static let retries = Duration.seconds(1)...Duration.seconds(60)

    private let context: PostsContext
    private let reconciler: Reconciler
    private let clock: any Clock<Duration>

    init(_ context: PostsContext, _ reconciler: Reconciler, clock: any Clock<Duration>) {
        self.context = context
        self.reconciler = reconciler
        self.clock = clock
    }

    /// Looks through all channels, and again through those that failed for a reason that may pass. A channel that the bot may
    /// not read is left out, because the health check reports it.
    func callAsFunction() async throws {
        let botID = try await context.recipients.botID()
        let since = context.clocks.now().advanced(by: .zero - Self.age)
        var left = Set(await context.recipients.configured().places.map(\.channelID))
            .union(try await directChannels(of: botID, since: since))
        guard !left.isEmpty else { return }
        var delay = Self.retries.lowerBound
        while true {
            left = try await look(through: left, by: botID, since: since)
            guard !left.isEmpty else { return }
            guard delay < Self.retries.upperBound, (try? await clock.sleep(for: delay)) != nil else { break }
            delay *= 2
        }
        context.logger.warning(
            "Some channels could not be looked through for posts that were left open", metadata: ["channels": "\(left.count)"])
    }

    /// Looks through the channels once. Returns those that failed and may succeed later.
    private func look(through channels: Set<String>, by botID: String, since: Timestamp) async throws -> Set<String> {
        var cards: [RequestID: [PostedCard]] = [:]
        var failed: Set<String> = []
        for channelID in channels {
            do {
                let look = try await ChannelLook(context.chat, botID: botID)(channelID, since: since, pages: Self.pages)
                for card in look.cards { if let id = card.requestID { cards[id, default: []].append(card) } }
            } catch  where !error.isLasting {
                failed.insert(channelID)
            } catch {}
        }
        try await compare(cards)
        return failed
    }

    private func compare(_ cards: [RequestID: [PostedCard]]) async throws {
        let begun = context.clocks.elapsed()
        let requests = try await context.teleport.requests()
        let states = Dictionary(requests.map { ($0.id, $0.state.name) }) { first, _ in first }
        let cluster = context.cards.cluster
        if cards.values.joined().contains(where: { $0.cluster != nil && $0.cluster != cluster }) {
            context.cards.neighbours.saw()
        }
        for (id, cards) in cards where Self.areAmiss(cards, state: states[id], cluster: cluster) {
            var memory = RunMemory()
            for card in cards { memory.add(card) }
            if states[id] == nil { context.evidence.missed(id, at: begun) }
            reconciler.catchUp(with: id, memory)
        }
    }

    /// Returns the direct-message channels with recent posts. Reviewers whom only the requests named were told there.
    private func directChannels(of botID: String, since: Timestamp) async throws -> [String] {
        guard let team = try await context.chat.teams(of: botID).first else { return [] }
        do {
            let channels = try await context.chat.channels(of: botID, inTeam: team.id)
            return channels.filter { $0.kind == .direct && $0.lastPost >= since }
                .sorted { $0.lastPost > $1.lastPost }.prefix(Self.directLimit).map(\.id)
        } catch {
            guard error.code == .notFound else { throw error }
            return []
        }
    }

    /// Whether the cards of one request need to be brought up to date: two cards are in one channel, or a card does not show
    /// the request's state. Another cluster's cards are left alone. So are cards that name no cluster if the request is not
    /// listed.
    /// - Parameter state: the name of the request's state, or nil if the request is not listed.
    static func areAmiss(_ cards: [PostedCard], state: String?, cluster: String?) -> Bool {
        let own = cards.filter { $0.cluster == nil ? state != nil : $0.cluster == cluster }
        if Set(own.map(\.reference.channelID)).count < own.count { return true }
        return own.contains { state == nil ? $0.status == Card.Status.pending.name : $0.status != state }
    }
}
