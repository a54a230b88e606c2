/// A verified submission of a dialog: this plugin signed the dialog's state for this user and channel.
package struct DialogSubmission: Sendable {
    package let ticket: DialogTicket
    /// The reason that the user wrote; empty when nothing was written.
    package let reason: String
    /// The address from which the submission came, for the audit.
    package let remoteAddress: String

    package init(ticket: DialogTicket, reason: String, remoteAddress: String) {
        self.ticket = ticket
        self.reason = reason
        self.remoteAddress = remoteAddress
    }
}
