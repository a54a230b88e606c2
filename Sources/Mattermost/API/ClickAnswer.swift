package import Access
internal import FoundationEssentials

/// The JSON that answers a click: what the post becomes, and the words that only the clicker sees.
///
/// Without a card the post stays as it is, live buttons included. Source: `PostActionIntegrationResponse`.
package func clickAnswer(update: Card?, ephemeral: String) -> [UInt8] {
    let answer = ClickAnswer(update: update.map { PostBody(props: PostProps($0)) }, ephemeralText: ephemeral)
    // Strings alone cannot fail to encode; were it so, the empty object still is an answer that changes nothing.
    return (try? JSON.encode(answer)) ?? [UInt8]("{}".utf8)
}

private struct ClickAnswer: Encodable {
    var update: PostBody?
    var ephemeralText: String
    /// Or the server rewrites links in the text as Slack writes them.
    let skipSlackParsing = true

    enum CodingKeys: String, CodingKey {
        case update
        case ephemeralText = "ephemeral_text"
        case skipSlackParsing = "skip_slack_parsing"
    }
}

enum JSON {
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        // Slashes as they are: a post's props are limited to 8,000 characters.
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        return [UInt8](try encoder.encode(value))
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        try JSONDecoder().decode(type, from: Data(bytes))
    }
}
