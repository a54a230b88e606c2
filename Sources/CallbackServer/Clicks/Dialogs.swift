package import ActionCrypto

extension CallbackServer {
    /// How the submissions of dialogs are checked and decided.
    package struct Dialogs: Sendable {
        /// Checks the signature of a dialog's state. Nil when this plugin did not sign it. Runs on the event loop, so it must not block.
        let open: @Sendable (_ state: String) -> DialogTicket?
        /// Decides on a verified submission, as ``CallbackServer/Decide`` does on a click.
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
