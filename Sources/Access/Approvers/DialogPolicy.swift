/// The setting `ask_reason`: the decisions for which a dialog asks for a reason.
package enum AskReason: String, Equatable, Sendable, CaseIterable {
    case never, optional
    case onDeny = "on_deny"
    case always

    /// Returns whether a dialog asks for the reason of this decision.
    package func asks(_ decision: Decision) -> Bool {
        switch self {
        case .never: false
        case .optional, .always: true
        case .onDeny: decision == .deny
        }
    }

    /// Whether the reason may be left empty.
    package var isOptional: Bool { self == .optional }
}

/// The setting `confirm`: the decisions for which a dialog asks the person to confirm the click.
///
/// Mattermost shows the dialog only to the person who really clicked. Another integration may make up a click from a copied
/// context and a proof that was given for another button, but it cannot answer the dialog.
package enum Confirm: String, Equatable, Sendable, CaseIterable {
    case never, approve, always

    /// Returns whether a dialog asks to confirm this decision.
    package func asks(_ decision: Decision) -> Bool {
        switch self {
        case .never: false
        case .approve: decision == .approve
        case .always: true
        }
    }
}
