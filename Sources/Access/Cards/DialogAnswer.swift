/// The answer to a dialog's submission. The dialog closes on `accepted` only.
package enum DialogAnswer: Equatable, Sendable {
    case accepted
    /// The message is shown beside the field, which the person can correct.
    case wrongReason(String)
    /// The message is shown in the dialog.
    case refused(String)
}
