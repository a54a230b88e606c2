package import Access
internal import FoundationEssentials

/// Returns the JSON that answers a click. The format is `PostActionIntegrationResponse` in Mattermost's
/// `model/integration_action.go`.
///
/// - Parameters:
///   - update: the new content of the post; nil to leave the post as it is, with its buttons.
///   - ephemeral: the text that only the user who clicked sees.
package func clickAnswer(update: Card?, ephemeral: String) -> [UInt8] {
    let answer = ClickAnswer(update: update.map { PostBody(props: PostProps($0)) }, ephemeralText: ephemeral)
    // Encoding strings cannot fail. If it did, an empty object would still be a valid answer that changes nothing.
    return (try? JSON.encode(answer)) ?? [UInt8]("{}".utf8)
}

private struct ClickAnswer: Encodable {
    var update: PostBody?
    var ephemeralText: String
    /// Without this flag the server converts Slack's link syntax in the text.
    let skipSlackParsing = true

    enum CodingKeys: String, CodingKey {
        case update
        case ephemeralText = "ephemeral_text"
        case skipSlackParsing = "skip_slack_parsing"
    }
}

/// Encodes and decodes JSON in the way that all calls use.
enum JSON {
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        // Escaped slashes would waste room: Mattermost limits a post's props to 8,000 characters.
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        return [UInt8](try encoder.encode(value))
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        try JSONDecoder().decode(type, from: Data(bytes))
    }
}
