package import Access
package import Logging
import Synchronization

/// What the reconciler and the approvals work with; made once at the start.
package struct Environment: Sendable {
    private var guardedTeleport: GuardedTeleport
    private var guardedChat: GuardedChat
    package let recipients: Recipients
    /// Nil where people decide in Teleport only.
    package var buttons: ButtonMaker?
    /// This process, among all replicas.
    package var replica: String
    package var logger: Logger
    /// The wall clock.
    package var now: @Sendable () -> Timestamp
    /// A clock that never jumps, from any fixed moment.
    package var elapsed: @Sendable () -> Duration
    /// Who may decide.
    package var policy = ApprovalPolicy()
    package var method = DecisionMethod.state
    package var audit: AuditLog
    package var reasons = Reasons()
    package var messages = Messages()
    /// Whether requesters are told of decisions by direct message.
    package var notifiesRequester = false
    /// How long before a pending request lapses its threads are reminded; nil: never.
    package var remindsBefore: Duration?
    /// What this process makes posts with, besides the request.
    package var rendering: Rendering
    let circuits: Circuits
    let evidence = GoneEvidence()
    let neighbours = Neighbours()

    package init(
        teleport: any AccessService, chat: any ChatService, rules: RecipientRules, buttons: ButtonMaker?, replica: String,
        logger: Logger, now: @escaping @Sendable () -> Timestamp, elapsed: @escaping @Sendable () -> Duration
    ) {
        circuits = Circuits(logger: logger, elapsed: elapsed)
        guardedTeleport = GuardedTeleport(teleport: teleport, breaker: circuits.teleport, isProbe: false)
        guardedChat = GuardedChat(chat: chat, breaker: circuits.chat, isProbe: false)
        recipients = Recipients(rules, chat: guardedChat, logger: logger, elapsed: elapsed)
        self.buttons = buttons
        self.replica = replica
        self.logger = logger
        audit = AuditLog(logger: logger)
        self.now = now
        self.elapsed = elapsed
        rendering = Rendering(fingerprint: "none", since: now())
    }

    /// Behind its circuit: during an outage most calls fail at once.
    package var teleport: any AccessService { guardedTeleport }

    /// Behind its circuit: during an outage most calls fail at once.
    package var chat: any ChatService { guardedChat }

    /// The cluster's name, as cards carry it: Mattermost's room for a post's props is small.
    var cluster: String? { teleport.clusterName.map { String($0.prefix(128)) } }

    func card(_ subject: Subject, _ status: Card.Status, buttons: [Card.Button] = []) -> Card {
        var card = Card(
            subject, status: status, buttons: buttons,
            link: teleport.webAddress.map { "https://\($0)/web/requests/\(subject.requestID)" },
            showsCommands: self.buttons == nil, now: now(), zone: messages.zone, cluster: cluster,
            shownCluster: messages.showsCluster || neighbours.areThere ? cluster : nil)
        messages.apply(to: &card, subject, cluster: cluster)
        return card
    }

    /// The same, but every call reaches its server: for clicks, whose person waits, and to find out whether it is there.
    var probing: Environment {
        var copy = self
        copy.guardedTeleport.isProbe = true
        copy.guardedChat.isProbe = true
        return copy
    }
}

/// Whether another cluster's cards were seen, so that people have to be told which cluster a request is of.
final class Neighbours: Sendable {
    private let seen = Mutex(false)

    func saw() { seen.withLock { $0 = true } }

    var areThere: Bool { seen.withLock { $0 } }
}
