/// The content of a request's post: one attachment, as plain data. A card is made by pure functions, and the module
/// `Mattermost` turns it into JSON.
package struct Card: Equatable, Sendable {
    /// The status of the request that the card shows.
    package enum Status: Equatable, Sendable {
        case pending
        case approved(Resolution?)
        case denied(Resolution?)
        /// The request was promoted into an access list. The value is the list's title, or empty if it is not known.
        case promoted(String = "")
        /// The request lapsed or was deleted before anybody decided it.
        case expired
        /// A state of a newer server that this version does not know, as the server's number.
        case unknown(Int)

        /// The name of the status: ``AccessRequest/State/name``, or `expired`.
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

    /// The decision about a request: when it was made, the decider's reason and, if known, who made it.
    package struct Resolution: Equatable, Sendable {
        /// A Mattermost user name, without the `@`.
        package var by: String?
        /// The time of the decision.
        package var at: Timestamp
        /// The reason that the decider gave; may be empty.
        package var reason: String

        package init(by: String?, at: Timestamp, reason: String = "") {
            self.by = by
            self.at = at
            self.reason = reason
        }
    }

    /// A title and a value that the attachment shows.
    package struct Field: Equatable, Sendable {
        package var title: String
        /// Markdown, in which the texts that people wrote are inert.
        package var value: String
        /// Whether the field may share its line with another one.
        package var isShort: Bool

        package init(title: String, value: String, isShort: Bool) {
            self.title = title
            self.value = value
            self.isShort = isShort
        }
    }

    /// A button of the attachment.
    package struct Button: Equatable, Sendable {
        /// The color scheme of a button, by Mattermost's names.
        package enum Style: String, Sendable { case good, danger }

        /// The button's id. It has only letters and digits, or the server could not route the click.
        package var id: String
        package var name: String
        package var style: Style
        /// The address that the server calls when somebody clicks.
        package var url: String
        /// The signed values that the server keeps and sends back with the click.
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
    /// The name of the request's Teleport cluster; nil if it is not known.
    package var cluster: String?
    package var status: Status
    /// The color of the line beside the attachment, as `#RRGGBB`.
    package var color: String
    package var title: String
    /// The address that the title links to.
    package var link: String?
    /// Markdown above the fields, in which the texts that people wrote are inert.
    package var text: String?
    package var fields: [Field]
    /// The text of a push notification.
    package var fallback: String
    /// The buttons, which only a pending request has.
    package var buttons: [Button]
}
