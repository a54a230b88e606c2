/// Slack's `<url|text>` markup becomes `[text](url)` unless the integration asked for it to be left alone
/// (`model.ParseSlackLinksToMarkdown`).
enum SlackLinks {
    static func rewritten(_ text: String) -> String {
        text.replacing(/<([^|<>]*)\|([^|<>]*)>/) { "[\($0.output.2)](\($0.output.1))" }
    }
}
