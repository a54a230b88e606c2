/// Converts Slack's link markup `<url|text>` into `[text](url)`, unless the integration sets `skip_slack_parsing`
/// (`model.ParseSlackLinksToMarkdown`).
enum SlackLinks {
    static func rewritten(_ text: String) -> String {
        text.replacing(/<([^|<>]*)\|([^|<>]*)>/) { "[\($0.output.2)](\($0.output.1))" }
    }
}
