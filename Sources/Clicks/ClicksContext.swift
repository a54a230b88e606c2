package import Access
package import Logging

/// Everything that deciding on a click works with. Made once, at the start, with all its parts.
package struct ClicksContext: Sendable {
    package let teleport: any AccessService
    package let chat: any ChatService
    package let recipients: any RecipientDirectory
    package let cards: CardMaker
    /// Who may decide.
    package let policy: ApprovalPolicy
    package let method: DecisionMethod
    /// False where people decide in Teleport only: clicks on older posts are refused.
    package let hasButtons: Bool
    package let dialogs: DialogMaker
    package let audit: AuditLog
    /// The name of this process among all replicas.
    package let replica: String
    package let logger: Logger
    package let clocks: Clocks

    package init(
        teleport: any AccessService, chat: any ChatService, recipients: any RecipientDirectory, cards: CardMaker,
        policy: ApprovalPolicy, method: DecisionMethod, hasButtons: Bool, dialogs: DialogMaker, audit: AuditLog,
        replica: String, logger: Logger, clocks: Clocks
    ) {
        self.teleport = teleport
        self.chat = chat
        self.recipients = recipients
        self.cards = cards
        self.policy = policy
        self.method = method
        self.hasButtons = hasButtons
        self.dialogs = dialogs
        self.audit = audit
        self.replica = replica
        self.logger = logger
        self.clocks = clocks
    }
}
