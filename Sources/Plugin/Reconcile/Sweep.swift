import Access
import Logging

/// Finds what events did not tell: requests created or changed meanwhile, posts that do not show their request's state, and
/// open posts whose request is gone.
package struct Sweep: Sendable {
    /// How many posts of a channel are looked through, and how old they may be. No server keeps a request for longer.
    static let limit = 4000
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
        for channelID in try await environment.recipients.channels() {
            let recent = try await environment.chat.recentCards(in: channelID, by: botID, since: since, limit: Self.limit)
            for card in recent.reversed() { if let id = card.requestID { cards[id, default: []].append(card) } }
        }
        for (id, cards) in cards where Self.areAmiss(cards, state: states[id]) { reconciler.look(at: id, found: cards) }
    }

    /// Two in one channel, or one that does not show the state; nil: the request is not listed.
    static func areAmiss(_ cards: [PostedCard], state: String?) -> Bool {
        if Set(cards.map(\.reference.channelID)).count < cards.count { return true }
        return cards.contains { state == nil ? $0.status == Card.Status.pending.name : $0.status != state }
    }
}
