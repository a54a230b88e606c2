import Access
import Logging

/// Finds what events did not tell: requests created or changed meanwhile, and open posts whose request is gone.
package struct Sweep: Sendable {
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
        try await lookThroughPosts(excluding: Set(requests.map(\.id)))
    }

    private func lookThroughPosts(excluding listed: Set<RequestID>) async throws {
        let botID = try await environment.recipients.botID()
        var open: [RequestID: [PostedCard]] = [:]
        for channelID in try await environment.recipients.channels() {
            let cards = try await environment.chat.recentCards(in: channelID, by: botID, limit: Environment.lookBack)
            for card in cards where card.status == Card.Status.pending.name {
                if let id = card.requestID, !listed.contains(id) { open[id, default: []].append(card) }
            }
        }
        for (id, cards) in open { reconciler.look(at: id, found: cards) }
    }
}
