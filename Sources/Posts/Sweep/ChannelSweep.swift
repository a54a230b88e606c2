import Access
import Logging

/// Looks for cards in the channels themselves: for servers that give no list of records, and once after each start for open
/// posts whose record has ended, as after an outage of days.
///
/// Its cost is bounded: ``pages`` of each channel, the newest ``directLimit`` direct-message channels.
struct ChannelSweep {
    /// Pages of a channel. A page of 100 posts took 1.4 s of a busy Mattermost's time.
    static let pages = 20
    /// Direct-message channels, those with the newest posts.
    private static let directLimit = 200
    /// No server keeps a request for longer.
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

    /// Looks through all channels, and again through those that failed for now. One that the bot may not read is left out: the
    /// health check tells of it.
    func callAsFunction() async throws {
        let botID = try await context.recipients.botID()
        let since = context.clocks.now().advanced(by: .zero - Self.age)
        var left = Set(await context.recipients.configured().places.map(\.channelID))
            .union(try await directChannels(of: botID, since: since))
        var delay = Self.retries.lowerBound
        while !left.isEmpty {
            left = try await look(through: left, by: botID, since: since)
            guard !left.isEmpty else { return }
            guard delay < Self.retries.upperBound, (try? await clock.sleep(for: delay)) != nil else { break }
            delay *= 2
        }
        context.logger.warning(
            "Some channels could not be looked through for posts that were left open", metadata: ["channels": "\(left.count)"])
    }

    /// Returns the channels that failed and may succeed later.
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
        let requests = try await context.teleport.requests()
        let states = Dictionary(requests.map { ($0.id, $0.state.name) }) { first, _ in first }
        let cluster = context.cards.cluster
        if cards.values.joined().contains(where: { $0.cluster != nil && $0.cluster != cluster }) {
            context.cards.neighbours.saw()
        }
        for (id, cards) in cards where Self.areAmiss(cards, state: states[id], cluster: cluster) {
            var memory = RunMemory()
            for card in cards { memory.add(card) }
            if states[id] == nil { context.evidence.missed(id, at: context.clocks.elapsed()) }
            reconciler.catchUp(with: id, memory)
        }
    }

    /// Where reviewers were told whom only the requests named.
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

    /// Two in one channel, or one that does not show the state; nil: the request is not listed. Another cluster's cards are
    /// nobody's business here, nor are those of a request that is not listed and that name no cluster.
    static func areAmiss(_ cards: [PostedCard], state: String?, cluster: String?) -> Bool {
        let own = cards.filter { $0.cluster == nil ? state != nil : $0.cluster == cluster }
        if Set(own.map(\.reference.channelID)).count < own.count { return true }
        return own.contains { state == nil ? $0.status == Card.Status.pending.name : $0.status != state }
    }
}
