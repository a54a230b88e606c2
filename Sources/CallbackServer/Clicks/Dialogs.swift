package import ActionCrypto

extension CallbackServer {
    /// The two functions that check and decide the submissions of dialogs.
    package struct Dialogs: Sendable {
        /// Checks the signature of a dialog's state and returns its content; nil when this plugin did not sign it. It runs on
        /// the event loop, so it must not block.
        let open: @Sendable (_ state: String) -> DialogTicket?
        /// Decides on a verified submission, as ``CallbackServer/Decide`` does for a click.
        let decide: @Sendable (DialogSubmission, Respond) async -> Void

        package init(
            open: @escaping @Sendable (String) -> DialogTicket?,
            decide: @escaping @Sendable (DialogSubmission, Respond) async -> Void
        ) {
            self.open = open
            self.decide = decide
        }
    }
}
