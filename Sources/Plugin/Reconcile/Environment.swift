package import Access
package import Logging

/// What the reconciler and the approvals work with; made once at the start.
package struct Environment: Sendable {
    /// How many of a channel's newest posts are looked through for the bot's own.
    static let lookBack = 400

    package var teleport: any AccessService
    package var chat: any ChatService
    package var recipients: Recipients
    package var buttons: ButtonMaker
    /// This process, among all replicas.
    package var replica: String
    package var logger: Logger
    /// The wall clock.
    package var now: @Sendable () -> Timestamp
    /// A clock that never jumps, from any fixed moment.
    package var elapsed: @Sendable () -> Duration
    let evidence = GoneEvidence()

    package init(
        teleport: any AccessService, chat: any ChatService, recipients: Recipients, buttons: ButtonMaker, replica: String,
        logger: Logger, now: @escaping @Sendable () -> Timestamp, elapsed: @escaping @Sendable () -> Duration
    ) {
        self.teleport = teleport
        self.chat = chat
        self.recipients = recipients
        self.buttons = buttons
        self.replica = replica
        self.logger = logger
        self.now = now
        self.elapsed = elapsed
    }
}
