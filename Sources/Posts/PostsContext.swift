package import Access
package import Logging

/// Holds everything that is needed to keep posts up to date: both servers, the recipients, the makers of cards and buttons, and
/// the configuration. It is made at the start of the process, and anew when a reload has changed the configuration.
package struct PostsContext: Sendable {
    package let teleport: any AccessService
    package let chat: any ChatService
    package let recipients: Recipients
    package let cards: CardMaker
    /// Makes the buttons of the posts. This is nil if people decide in Teleport only.
    package let buttons: ButtonMaker?
    /// Says who may decide. Posts show these people, and the policy also names the requester's Mattermost accounts.
    package let policy: ApprovalPolicy
    /// Finds the Mattermost accounts of Teleport users.
    let identities: Identities
    /// The name that distinguishes this process from all other replicas.
    package let replica: String
    /// Describes how this process renders posts, apart from the request. Posts that an older rendering made are updated.
    package let rendering: Rendering
    package let options: Options
    /// Returns the time for which no request can be worked on because a server is away. It returns nil while both servers can
    /// be reached.
    package let outage: @Sendable () -> Duration?
    package let logger: Logger
    package let clocks: Clocks
    /// Returns a random number in 0..<1, by which the delays of several requests differ.
    package let jitter: @Sendable () -> Double
    let evidence: GoneEvidence
    /// Is told of posts that were made, and of requests that could not be brought up to date.
    let observe: Happening.Observe

    /// The options of posting that the configuration sets.
    package struct Options: Sendable {
        /// Whether requesters are told of decisions by direct message.
        package var notifiesRequester: Bool
        /// The steps of the reminders of requests that nobody has decided.
        package var reminders: [ReminderStep]
        /// The time for which a new request is held back, because a request that is decided by then is not posted.
        package var postingDelay: Duration

        package init(notifiesRequester: Bool, reminders: [ReminderStep], postingDelay: Duration) {
            self.notifiesRequester = notifiesRequester
            self.reminders = reminders
            self.postingDelay = postingDelay
        }
    }

    package init(
        teleport: any AccessService, chat: any ChatService, recipients: Recipients, cards: CardMaker, buttons: ButtonMaker?,
        policy: ApprovalPolicy, replica: String, rendering: Rendering, options: Options,
        outage: @escaping @Sendable () -> Duration?, evidence: GoneEvidence = GoneEvidence(), logger: Logger, clocks: Clocks,
        jitter: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        observe: @escaping Happening.Observe = Happening.unobserved
    ) {
        self.teleport = teleport
        self.chat = chat
        self.recipients = recipients
        self.cards = cards
        self.buttons = buttons
        self.policy = policy
        identities = Identities(policy, directory: teleport, elapsed: clocks.elapsed)
        self.replica = replica
        self.rendering = rendering
        self.options = options
        self.outage = outage
        self.evidence = evidence
        self.observe = observe
        self.logger = logger
        self.clocks = clocks
        self.jitter = jitter
    }
}
