import ActionCrypto
import Mattermost
import Testing

@testable import Access

@Suite("The size of a post")
struct CardSizeTests {
    /// Returns the size of a card as Mattermost counts it towards the 8,000 characters of a post's props: in its own JSON,
    /// which escapes `<`, `>` and `&` to six characters each.
    func size(_ card: Card) -> Int {
        String(decoding: clickAnswer(update: card, ephemeral: ""), as: UTF8.self).unicodeScalars
            .reduce(0) { $0 + ("<>&".unicodeScalars.contains($1) ? 6 : 1) }
    }

    @Test(
        "Whatever people write, a post with signed buttons stays within the server's limit",
        arguments: ["<", "\"", "é", "👩‍👩‍👧‍👦", "\n", "a\n", "\\", "@", "a\u{301}\u{301}\u{301}\u{301}", "😀"], [64, 128, 255])
    func hostile(_ character: String, clusterLength: Int) throws {
        let text = String(repeating: character, count: 5000)
        var subject = Subject(
            requestID: try #require(RequestID(String(repeating: "a", count: 64))), user: text,
            roles: Array(repeating: text, count: 50), reason: text)
        subject.resources = Array(repeating: text, count: 50)
        subject.logins = subject.resources
        subject.times = .init(
            created: .init(milliseconds: 1), expires: .now, accessStarts: .init(milliseconds: 2), accessEnds: .now,
            sessionEnds: .now)
        let signer = try ActionSigner(secret: Secret(Array("a secret of the tests alone".utf8)))
        let context = try signer.sign(
            .approve, requestID: subject.requestID, cluster: String(repeating: "c", count: 256),
            channelID: String(repeating: "i", count: 26), recipient: String(repeating: "r", count: 128),
            issued: .now, expires: .now)
        let url = "https://" + String(repeating: "h", count: 253) + "/mattermost_action"
        let buttons = Decision.allCases.map { Card.Button($0, url: url, context: context.fields) }
        let link = "https://" + String(repeating: "h", count: 255) + "/web/requests/\(subject.requestID)"
        let cluster = String(repeating: "c", count: clusterLength)
        var card = Card(
            subject, status: .pending, buttons: buttons, link: link, showsCommands: true, now: .init(milliseconds: 1),
            shownCluster: cluster)
        var messages = Messages()
        messages.title = try Template("{{user}} {{roles}} {{reason}}", fields: Messages.requestFields)
        messages.text = try Template("<{{roles}} {{reason}} {{resources}} {{cluster}}", fields: Messages.requestFields)
        messages.apply(to: &card, subject, cluster: cluster)
        #expect(card.title != "Teleport access request" && card.text != nil)
        // The post has one more prop that the card lacks. It names the cluster with up to 128 characters, and needs room for
        // its key.
        #expect(size(card) + min(clusterLength, 128) + 16 < 8000)
        #expect(size(card) <= card.propsSize + 400)
        #expect(character == "\n" || card.fields.allSatisfy { !$0.value.isEmpty })
    }
}
