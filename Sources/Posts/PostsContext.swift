package import Access
package import Logging

/// Everything that keeping posts true works with. Made once, at the start, with all its parts.
package struct PostsContext: Sendable {
    package let teleport: any AccessService
    package let chat: any ChatService
    package let recipients: Recipients
    package let cards: CardMaker
    /// Nil if people decide in Teleport only.
    package let buttons: ButtonMaker?
    /// Who may decide, which posts tell and which names the requester's accounts.
    package let policy: ApprovalPolicy
    /// The name of this process among all replicas.
    package let replica: String
    /// What this process makes posts with, besides the request.
    package let rendering: Rendering
    package let options: Options
    /// How long no request can be worked on because a server is away; nil while both are there.
    package let outage: @Sendable () -> Duration?
    package let logger: Logger
    package let clocks: Clocks
    let evidence: GoneEvidence

    /// What the configuration chooses.
    package struct Options: Sendable {
        /// Whether requesters are told of decisions by direct message.
        package var notifiesRequester: Bool
        /// How long before a pending request lapses its threads are reminded; nil: never.
        package var remindsBefore: Duration?

        package init(notifiesRequester: Bool, remindsBefore: Duration?) {
            self.notifiesRequester = notifiesRequester
            self.remindsBefore = remindsBefore
        }
    }

    package init(
        teleport: any AccessService, chat: any ChatService, recipients: Recipients, cards: CardMaker, buttons: ButtonMaker?,
        policy: ApprovalPolicy, replica: String, rendering: Rendering, options: Options,
        outage: @escaping @Sendable () -> Duration?, evidence: GoneEvidence = GoneEvidence(), logger: Logger, clocks: Clocks
    ) {
        self.teleport = teleport
        self.chat = chat
        self.recipients = recipients
        self.cards = cards
        self.buttons = buttons
        self.policy = policy
        self.replica = replica
        self.rendering = rendering
        self.options = options
        self.outage = outage
        self.evidence = evidence
        self.logger = logger
        self.clocks = clocks
    }
}
