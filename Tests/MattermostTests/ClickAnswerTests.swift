import Access
import Testing

@testable import Mattermost

@Suite struct ClickAnswerTests {
    @Test("An answer with a card replaces message and props, and keeps from_bot")
    func update() throws {
        let card = try makeCard(.denied(nil))
        let sent = try object(clickAnswer(update: card, ephemeral: "Denied. \"/\" 日本"))
        #expect(Set(sent.keys) == ["update", "ephemeral_text", "skip_slack_parsing"])
        #expect(sent["ephemeral_text"] as? String == "Denied. \"/\" 日本")
        #expect(sent["skip_slack_parsing"] as? Bool == true)
        let update = try #require(sent["update"] as? [String: Any])
        #expect(Set(update.keys) == ["message", "props"])
        #expect(update["message"] as? String == "")
        let props = try #require(update["props"] as? [String: Any])
        #expect(props["from_bot"] as? String == "true")
        #expect(isContained(["request_id": card.requestID.rawValue, "state": "denied"], in: props["teleport"]))
        let attachments = try #require(props["attachments"] as? [[String: Any]])
        #expect(attachments.count == 1 && attachments[0]["actions"] == nil)
    }

    @Test("An answer without a card has no update at all")
    func noUpdate() {
        let text = String(decoding: clickAnswer(update: nil, ephemeral: "No."), as: UTF8.self)
        #expect(text == #"{"ephemeral_text":"No.","skip_slack_parsing":true}"#)
    }

    @Test("Slashes are not escaped: every character counts towards the limit of a post's props")
    func slashes() throws {
        let text = String(decoding: clickAnswer(update: try makeCard(), ephemeral: ""), as: UTF8.self)
        #expect(text.contains("http://127.0.0.1:9099/ok"))
    }
}
