/// A dialog's submission whose state this plugin signed for this user and channel.
package struct DialogSubmission: Sendable {
    package let ticket: DialogTicket
    /// Empty when nothing was written.
    package let reason: String
    package let remoteAddress: String

    package init(ticket: DialogTicket, reason: String, remoteAddress: String) {
        self.ticket = ticket
        self.reason = reason
        self.remoteAddress = remoteAddress
    }
}
