/// The fields that a button carries and that a click on it sends back. They must not be trusted before
/// ``ActionSigner/verify(_:cluster:at:)``.
package struct ActionContext: Hashable, Sendable {
    package var version: String
    package var keyID: String
    /// The raw value of a `Decision`.
    package var action: String
    package var requestID: String
    package var cluster: String
    package var channelID: String
    /// The recipient of the post, as configured or as an id of Mattermost.
    package var recipient: String
    /// Decimal milliseconds since 1970.
    package var issued: String
    /// Decimal milliseconds since 1970.
    package var expires: String
    /// Base64url without padding.
    package var signature: String

    package init(
        version: String = "", keyID: String = "", action: String = "", requestID: String = "", cluster: String = "",
        channelID: String = "", recipient: String = "", issued: String = "", expires: String = "", signature: String = ""
    ) {
        self.version = version
        self.keyID = keyID
        self.action = action
        self.requestID = requestID
        self.cluster = cluster
        self.channelID = channelID
        self.recipient = recipient
        self.issued = issued
        self.expires = expires
        self.signature = signature
    }

    /// The JSON names of the fields.
    package enum Key: String, CaseIterable, Sendable {
        case version = "v"
        case keyID = "kid"
        case action
        case requestID = "req_id"
        case cluster
        case channelID = "channel"
        case recipient
        case issued = "iat"
        case expires = "exp"
        case signature

        package var field: WritableKeyPath<ActionContext, String> {
            switch self {
            case .version: \.version
            case .keyID: \.keyID
            case .action: \.action
            case .requestID: \.requestID
            case .cluster: \.cluster
            case .channelID: \.channelID
            case .recipient: \.recipient
            case .issued: \.issued
            case .expires: \.expires
            case .signature: \.signature
            }
        }
    }

    /// Reads the context from its JSON fields. Nil if a field is missing; unknown names are ignored.
    package init?(_ fields: [String: String]) {
        self.init()
        for key in Key.allCases {
            guard let value = fields[key.rawValue] else { return nil }
            self[keyPath: key.field] = value
        }
    }

    package var fields: [String: String] {
        Dictionary(uniqueKeysWithValues: Key.allCases.map { ($0.rawValue, self[keyPath: $0.field]) })
    }
}
