import Access
import Logging

/// Finds what events did not tell: requests created or changed meanwhile, posts that do not show their request's state, and
/// open posts whose request is gone.
package struct Sweep: Sendable {
    /// How many posts of a channel are looked through, and how old they may be. No server keeps a request for longer.
    static let limit = 4000
    /// Direct-message channels, those with the newest posts.
    static let directLimit = 200
    static let age = Duration.seconds(15 * 24 * 3600)

    private let environment: Environment
    private let reconciler: Reconciler

    package init(_ environment: Environment, _ reconciler: Reconciler) {
        self.environment = environment
        self.reconciler = reconciler
    }

    package func callAsFunction() async throws {
        let requests = try await environment.teleport.requests()
        if !requests.isEmpty { environment.evidence.sawRequests() }
        for request in requests { reconciler.look(at: request.id) }
        environment.logger.debug("Listed the requests", metadata: ["count": "\(requests.count)"])
        let states = Dictionary(requests.map { ($0.id, $0.state.name) }) { first, _ in first }
        try await lookThroughPosts(states)
    }

    private func lookThroughPosts(_ states: [RequestID: String]) async throws {
        let botID = try await environment.recipients.botID()
        let since = environment.now().advanced(by: .zero - Self.age)
        var cards: [RequestID: [PostedCard]] = [:]
        let found = await environment.recipients.configured()
        var failure = found.failures.first
        for channelID in Set(found.places.map(\.channelID)).union(try await directChannels(of: botID, since: since)) {
            do {
                let recent = try await environment.chat.recentCards(in: channelID, by: botID, since: since, limit: Self.limit)
                for card in recent.reversed() { if let id = card.requestID { cards[id, default: []].append(card) } }
            } catch {
                failure = failure ?? error
            }
        }
        for (id, cards) in cards where Self.areAmiss(cards, state: states[id]) { reconciler.look(at: id, found: cards) }
        if let failure { throw failure }
    }

    /// Where reviewers were told whom only the requests named.
    private func directChannels(of botID: String, since: Timestamp) async throws -> [String] {
        guard let team = try await environment.chat.teams(of: botID).first else { return [] }
        do {
            let channels = try await environment.chat.channels(of: botID, inTeam: team.id)
            return channels.filter { $0.kind == .direct && $0.lastPost >= since }
                .sorted { $0.lastPost > $1.lastPost }.prefix(Self.directLimit).map(\.id)
        } catch {
            guard error.code == .notFound else { throw error }
            return []
        }
    }

    /// Two in one channel, or one that does not show the state; nil: the request is not listed.
    static func areAmiss(_ cards: [PostedCard], state: String?) -> Bool {
        if Set(cards.map(\.reference.channelID)).count < cards.count { return true }
        return cards.contains { state == nil ? $0.status == Card.Status.pending.name : $0.status != state }
    }
}
