package import Access
internal import Base
internal import FoundationEssentials

/// Returns the JSON that answers a click. The format is `PostActionIntegrationResponse` in Mattermost's
/// `model/integration_action.go`.
///
/// - Parameters:
///   - update: the new content of the post; nil to leave the post as it is, with its buttons.
///   - ephemeral: the text that only the user who clicked sees.
package func clickAnswer(update: Card?, ephemeral: String) -> [UInt8] {
    JSONPiece.object(present: [
        ("ephemeral_text", .text(ephemeral)),
        // Without this flag the server converts Slack's link syntax in the text.
        ("skip_slack_parsing", .flag(true)), ("update", update.map { .post($0) }),
    ]).utf8
}

/// Decodes JSON in the way that all calls use.
enum JSON {
    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        try JSONDecoder().decode(type, from: Data(bytes))
    }
}
