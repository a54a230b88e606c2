/// When people are asked why, in a dialog.
package enum AskReason: String, Equatable, Sendable, CaseIterable {
    case never, optional
    case onDeny = "on_deny"
    case always

    package func asks(_ decision: Decision) -> Bool {
        switch self {
        case .never: false
        case .optional, .always: true
        case .onDeny: decision == .deny
        }
    }

    /// Whether nothing may be written.
    package var isOptional: Bool { self == .optional }
}

/// When people are asked whether they mean it. Mattermost shows the dialog to the person alone whose click it proves, so that a click made
/// up from a copied context and a proof that was given for another button decides nothing by itself.
package enum Confirm: String, Equatable, Sendable, CaseIterable {
    case never, approve, always

    package func asks(_ decision: Decision) -> Bool {
        switch self {
        case .never: false
        case .approve: decision == .approve
        case .always: true
        }
    }
}
