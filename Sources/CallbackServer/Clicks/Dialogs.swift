package import ActionCrypto

/// A dialog's submission whose state this plugin signed for this user and channel.
package struct DialogSubmission: Sendable {
    package let ticket: DialogTicket
    /// Empty when nothing was written.
    package let reason: String
    package let remoteAddress: String
}

extension CallbackServer {
    /// What takes the submissions of dialogs.
    package struct Dialogs: Sendable {
        /// Nil for what was not signed. Runs on the event loop, so it must not block.
        let open: @Sendable (_ state: String) -> DialogTicket?
        let decide: @Sendable (DialogSubmission) async -> ClickReply

        package init(
            open: @escaping @Sendable (String) -> DialogTicket?,
            decide: @escaping @Sendable (DialogSubmission) async -> ClickReply
        ) {
            self.open = open
            self.decide = decide
        }
    }
}
