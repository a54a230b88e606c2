package import Access
import ActionCrypto
package import CircuitBreakers
package import Clicks
package import Logging
package import Posts

/// The parts that the plugin's posts and clicks need. A test may change them before it uses them.
package struct Environment: Sendable {
    package let teleport: any AccessService
    package let chat: any ChatService
    package let circuits: Circuits
    package let recipients: Recipients
    package var buttons: ButtonMaker?
    package var replica: String
    package var logger: Logger
    package var now: @Sendable () -> Timestamp
    package var elapsed: @Sendable () -> Duration
    package var policy = ApprovalPolicy()
    package var method = DecisionMethod.state
    package var reviewsAsPlugin = false
    package var audit: AuditLog
    package var dialogs: DialogMaker
    package var messages = Messages()
    package var notifiesRequester = false
    package var reminders: [ReminderStep] = []
    package var postingDelay = Duration.zero
    package var observe = Happening.unobserved
    package var rendering: Rendering
    package let evidence = GoneEvidence()
    package let neighbours = Neighbours()

    package init(
        teleport: any AccessService, chat: any ChatService, circuits: Circuits, rules: RecipientRules, buttons: ButtonMaker?,
        replica: String, logger: Logger, monitoring: RuleKeeper? = nil, now: @escaping @Sendable () -> Timestamp,
        elapsed: @escaping @Sendable () -> Duration
    ) {
        (self.teleport, self.chat, self.circuits) = (teleport, chat, circuits)
        recipients = Recipients(rules, monitoring: monitoring, chat: chat, logger: logger, elapsed: elapsed)
        self.buttons = buttons
        self.replica = replica
        self.logger = logger
        audit = AuditLog(logger: logger, file: nil)
        dialogs = DialogMaker(ask: .never, confirm: .never, url: "") { _ in throw NoSigner() }
        self.now = now
        self.elapsed = elapsed
        rendering = Rendering(fingerprint: "none", since: now())
    }

    private struct NoSigner: Error {}

    package var posts: PostsContext {
        PostsContext(
            teleport: teleport, chat: chat, recipients: recipients, cards: cards, buttons: buttons, policy: policy,
            replica: replica, rendering: rendering,
            options: .init(
                notifiesRequester: notifiesRequester, reminders: reminders, postingDelay: postingDelay),
            outage: { [circuits] in circuits.wait }, evidence: evidence, logger: logger,
            clocks: Clocks(now: now, elapsed: elapsed), observe: observe)
    }

    package var clicks: ClicksContext {
        ClicksContext(
            teleport: teleport, chat: chat, recipients: recipients, cards: cards, policy: policy, method: method,
            reviewsAsPlugin: reviewsAsPlugin, hasButtons: buttons != nil, dialogs: dialogs, audit: audit, replica: replica,
            logger: logger, clocks: Clocks(now: now, elapsed: elapsed), observe: observe)
    }

    private var cards: CardMaker {
        CardMaker(
            teleport: teleport, messages: messages, showsCommands: buttons == nil, now: now, neighbours: neighbours)
    }
}
