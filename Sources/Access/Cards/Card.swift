/// What a post shows of a request: one attachment, as plain data. Rendering is pure; ``Mattermost`` turns it into JSON.
package struct Card: Equatable, Sendable {
    package enum Status: Equatable, Sendable {
        case pending
        case approved(Resolution?)
        case denied(Resolution?)
        /// Into an access list, by its title where that is known.
        case promoted(String = "")
        /// Lapsed or deleted before anyone decided.
        case expired
        /// A state of a newer server.
        case unknown(Int)

        /// The name of the state: ``AccessRequest/State/name``, or `expired`.
        package var name: String {
            switch self {
            case .pending: AccessRequest.State.pending.name
            case .approved: AccessRequest.State.approved.name
            case .denied: AccessRequest.State.denied.name
            case .promoted: AccessRequest.State.promoted.name
            case .expired: "expired"
            case .unknown(let number): AccessRequest.State.unknown(number).name
            }
        }
    }

    /// Who decided, where that is known, and when.
    package struct Resolution: Equatable, Sendable {
        /// A Mattermost user name, without the `@`.
        package var by: String?
        package var at: Timestamp
        /// The reason that the decider gave; may be empty.
        package var reason: String

        package init(by: String?, at: Timestamp, reason: String = "") {
            self.by = by
            self.at = at
            self.reason = reason
        }
    }

    package struct Field: Equatable, Sendable {
        package var title: String
        /// Markdown; whatever people wrote is inert in it.
        package var value: String
        package var isShort: Bool

        package init(title: String, value: String, isShort: Bool) {
            self.title = title
            self.value = value
            self.isShort = isShort
        }
    }

    package struct Button: Equatable, Sendable {
        package enum Style: String, Sendable { case good, danger }

        /// `[A-Za-z0-9]+`, or the server cannot route the click.
        package var id: String
        package var name: String
        package var style: Style
        package var url: String
        /// Signed; the server keeps it and sends it back with the click.
        package var context: [String: String]

        package init(_ decision: Decision, url: String, context: [String: String]) {
            id = decision.rawValue
            self.url = url
            self.context = context
            switch decision {
            case .approve: (name, style) = ("Approve", .good)
            case .deny: (name, style) = ("Deny", .danger)
            }
        }
    }

    package var requestID: RequestID
    /// The Teleport cluster that the request is of; nil if it has no name.
    package var cluster: String?
    package var status: Status
    package var color: String
    package var title: String
    /// Where the title leads.
    package var link: String?
    /// Markdown above the fields; whatever people wrote is inert in it.
    package var text: String?
    package var fields: [Field]
    /// The text of a push notification.
    package var fallback: String
    /// Empty unless pending.
    package var buttons: [Button]
}
