import Synchronization

/// Makes the cards of posts and of answers to clicks, so that both say the same of a request.
package struct CardMaker: Sendable {
    package let messages: Messages
    private let teleport: any AccessService
    private let showsCommands: Bool
    private let now: @Sendable () -> Timestamp
    /// Remembers whether another cluster's cards were seen in a channel.
    package let neighbours: Neighbours

    /// Creates a maker of cards.
    ///
    /// - Parameter showsCommands: whether cards that link to no page of the request tell how to decide with `tsh`, as they must
    ///   if they have no buttons.
    package init(
        teleport: any AccessService, messages: Messages, showsCommands: Bool, now: @escaping @Sendable () -> Timestamp,
        neighbours: Neighbours = Neighbours()
    ) {
        self.teleport = teleport
        self.messages = messages
        self.showsCommands = showsCommands
        self.now = now
        self.neighbours = neighbours
    }

    /// The cluster's name as cards carry it, cut to 128 characters because Mattermost's room for a post's props is small.
    package var cluster: String? { teleport.clusterName.map { String($0.prefix(128)) } }

    /// Makes the card of a request, with the operator's own texts if there are any.
    package func card(_ subject: Subject, _ status: Card.Status, buttons: [Card.Button] = []) -> Card {
        let link = teleport.webAddress.map { "https://\($0)/web/requests/\(subject.requestID)" }
        var card = Card(
            subject, status: status, buttons: buttons, link: link, showsCommands: showsCommands && link == nil, now: now(),
            zone: messages.zone, cluster: cluster,
            shownCluster: messages.showsCluster || neighbours.areThere ? cluster : nil)
        messages.apply(to: &card, subject, cluster: cluster)
        return card
    }
}

/// Remembers whether another cluster's cards were seen, because people then have to be told which cluster a request is of.
package final class Neighbours: Sendable {
    private let seen = Mutex(false)

    package init() {}

    /// Notes that another cluster's card was seen.
    package func saw() { seen.withLock { $0 = true } }

    /// Whether another cluster's card was seen.
    package var areThere: Bool { seen.withLock { $0 } }
}
