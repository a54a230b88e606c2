/// The answer to a dialog's submission. The dialog closes on `accepted` only.
package enum DialogAnswer: Equatable, Sendable {
    case accepted
    /// Shown at the field, which can be corrected.
    case wrongReason(String)
    case refused(String)
}
