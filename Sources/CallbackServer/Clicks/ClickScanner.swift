import ActionCrypto
import Base

/// The fields of a click's body, as the client sent them. None of them is verified.
struct ClickBody: Equatable {
    var userID = ""
    var userName = ""
    var channelID = ""
    var postID = ""
    var teamID = ""
    var triggerID = ""
    var context = ActionContext()
}

/// Reads the known fields of a click's JSON and skips others. The JSON is Mattermost's `PostActionIntegrationRequest` in its
/// model/integration_action.go.
enum ClickScanner {
    static func scan(_ body: UnsafeRawBufferPointer) throws(MalformedClick) -> ClickBody {
        guard isUTF8(body) else { throw MalformedClick(reason: "not UTF-8") }
        var scanner = JSONScanner(body)
        var click = ClickBody()
        var fields = KnownFields<Field>()
        try scanner.object { (scanner, key) throws(MalformedClick) in
            switch try fields.recognise(key) {
            case .userID: click.userID = try scanner.string().value(limit: 64)
            case .userName: click.userName = try scanner.string().value(limit: 128)
            case .channelID: click.channelID = try scanner.string().value(limit: 64)
            case .postID: click.postID = try scanner.string().value(limit: 64)
            case .teamID: click.teamID = try scanner.string().value(limit: 64)
            case .triggerID: click.triggerID = try scanner.string().value(limit: 1024)
            case .context: click.context = try ContextScanner.scan(&scanner)
            case nil: try scanner.skip(key)
            }
        }
        try scanner.expectEnd()
        guard fields.holds(.context), isID(click.userID), isID(click.channelID), isID(click.postID) else {
            throw MalformedClick(reason: "no user, channel, post or context")
        }
        return click
    }

    /// Whether the text can be one of Mattermost's ids, which are 26 characters of `[a-z0-9]`.
    private static func isID(_ text: String) -> Bool {
        !text.isEmpty && text.hasOnly { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }
    }

    private static func isUTF8(_ body: UnsafeRawBufferPointer) -> Bool {
        body.isASCII || String(validating: body, as: UTF8.self) != nil
    }

    private enum Field: Int, KnownField {
        case userID, userName, channelID, postID, teamID, triggerID, context

        static let names: [StaticString] = [
            "user_id", "user_name", "channel_id", "post_id", "team_id", "trigger_id", "context",
        ]
    }
}

/// Reads the signed fields of a click's context. Absent fields stay empty: the signature cannot match then.
private enum ContextScanner {
    static func scan(_ scanner: inout JSONScanner) throws(MalformedClick) -> ActionContext {
        var context = ActionContext()
        var fields = KnownFields<Field>()
        try scanner.object { (scanner, key) throws(MalformedClick) in
            guard let field = try fields.recognise(key) else { return try scanner.skip(key) }
            let value = try scanner.string().value(limit: 512)
            switch field {
            case .version: context.version = value
            case .keyID: context.keyID = value
            case .action: context.action = value
            case .requestID: context.requestID = value
            case .cluster: context.cluster = value
            case .channel: context.channelID = value
            case .recipient: context.recipient = value
            case .issued: context.issued = value
            case .expires: context.expires = value
            case .signature: context.signature = value
            }
        }
        return context
    }

    private enum Field: Int, KnownField {
        case version, keyID, action, requestID, cluster, channel, recipient, issued, expires, signature

        static let names: [StaticString] = [
            "v", "kid", "action", "req_id", "cluster", "channel", "recipient", "iat", "exp", "signature",
        ]
    }
}
