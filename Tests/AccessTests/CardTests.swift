import Access
import Testing

@Suite("The card")
struct CardTests {
    static let id = RequestID("2ac7a19b-41ca-4cbf-a491-9a0009d3eef6")
    static let at = Timestamp(milliseconds: 1_795_212_453_332)

    func subject(reason: String = "") throws -> Subject {
        Subject(requestID: try #require(Self.id), user: "alice", roles: ["editor", "dba"], reason: reason)
    }

    func value(_ title: String, of card: Card) -> String? { card.fields.first { $0.title == title }?.value }

    @Test("A pending card has the fields in order, a reason only when one was given, and its buttons")
    func pending() throws {
        let buttons = Decision.allCases.map { Card.Button($0, url: "https://x/", context: [:]) }
        let card = Card(try subject(reason: "fix prod"), status: .pending, buttons: buttons)
        #expect(card.fields.map(\.title) == ["User", "Roles", "Reason", "Request ID", "Status"])
        #expect(card.fields.map(\.value) == ["`alice`", "`editor, dba`", "`fix prod`", "`2ac7a19b-41ca-4cbf-a491-9a0009d3eef6`", "⏳ PENDING"])
        #expect(card.buttons.map(\.name) == ["Approve", "Deny"])
        #expect(card.buttons.map(\.style) == [.good, .danger])
        #expect(card.fallback == "alice asks for editor, dba – “fix prod”")
        #expect(Card(try subject(), status: .pending).fields.map(\.title) == ["User", "Roles", "Request ID", "Status"])
    }

    @Test("A decided card says who and when, and has no buttons even when some are handed in")
    func decided() throws {
        let button = Card.Button(.approve, url: "https://x/", context: [:])
        let status = Card.Status.approved(Card.Resolution(by: "bob", at: Self.at))
        let card = Card(try subject(), status: status, buttons: [button])
        #expect(value("Status", of: card) == "✅ APPROVED by @bob · 2026-11-20 22:07 UTC")
        #expect(card.buttons.isEmpty)
        #expect(card.fallback == "✅ APPROVED by @bob · 2026-11-20 22:07 UTC: alice’s request for editor, dba")
    }

    @Test("Each state has its emoji, its colour and its name")
    func states() throws {
        let nobody = Card.Resolution(by: nil, at: Self.at)
        let expected: [(Card.Status, String, String, String)] = [
            (.pending, "⏳", "#FFBC1F", "pending"), (.approved(nobody), "✅", "#3DB887", "approved"),
            (.denied(nobody), "❌", "#D24B4E", "denied"), (.expired, "⌛", "#8D93A1", "expired"),
            (.promoted, "✅", "#3DB887", "promoted"), (.unknown(7), "❔", "#8D93A1", "state-7"),
        ]
        for (status, emoji, color, name) in expected {
            let card = Card(try subject(), status: status)
            #expect(value("Status", of: card)?.hasPrefix(emoji) == true)
            #expect(card.color == color)
            #expect(card.status.name == name)
        }
    }

    @Test("A resolution whose decider nobody knows says when, and names nobody")
    func unknownDecider() {
        #expect(Card.Status.denied(Card.Resolution(by: nil, at: Self.at)).text == "❌ DENIED · 2026-11-20 22:07 UTC")
    }
}
