package import ActionCrypto

extension CallbackServer {
    /// What takes the submissions of dialogs.
    package struct Dialogs: Sendable {
        /// Nil for what was not signed. Runs on the event loop, so it must not block.
        let open: @Sendable (_ state: String) -> DialogTicket?
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
