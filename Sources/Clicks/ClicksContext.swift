package import Access
package import Logging

/// Holds everything that is needed to decide on a click: both servers, the policy, and the makers of cards, dialogs and audit
/// lines. It is made at the start of the process, and anew when a reload has changed the configuration.
package struct ClicksContext: Sendable {
    package let teleport: any AccessService
    package let chat: any ChatService
    package let recipients: any RecipientDirectory
    package let cards: CardMaker
    /// Says who may decide.
    package let policy: ApprovalPolicy
    /// Finds people's users in Teleport.
    let identities: Identities
    /// Whether a decision sets the request's state or submits a review that Teleport counts.
    package let method: DecisionMethod
    /// Whether the plugin may submit its own review where a person's own cannot be submitted.
    package let reviewsAsPlugin: Bool
    /// Whether posts have buttons. If people decide in Teleport only this is false, and clicks on older posts are refused.
    package let hasButtons: Bool
    package let dialogs: DialogMaker
    package let audit: AuditLog
    /// The name that distinguishes this process from all other replicas.
    package let replica: String
    package let logger: Logger
    package let clocks: Clocks
    /// Is told how long each answer took.
    package let observe: Happening.Observe

    package init(
        teleport: any AccessService, chat: any ChatService, recipients: any RecipientDirectory, cards: CardMaker,
        policy: ApprovalPolicy, method: DecisionMethod, reviewsAsPlugin: Bool, hasButtons: Bool, dialogs: DialogMaker,
        audit: AuditLog,
        replica: String, logger: Logger, clocks: Clocks, observe: @escaping Happening.Observe = Happening.unobserved
    ) {
        self.teleport = teleport
        self.chat = chat
        self.recipients = recipients
        self.cards = cards
        self.policy = policy
        identities = Identities(policy, directory: teleport, elapsed: clocks.elapsed)
        self.method = method
        self.reviewsAsPlugin = reviewsAsPlugin
        self.hasButtons = hasButtons
        self.dialogs = dialogs
        self.audit = audit
        self.replica = replica
        self.logger = logger
        self.clocks = clocks
        self.observe = observe
    }
}
