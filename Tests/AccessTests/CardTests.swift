import Access
import Base
import Foundation
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
        #expect(
            card.fields.map(\.value) == [
                "`alice`", "`editor, dba`", "`fix prod`", "`2ac7a19b-41ca-4cbf-a491-9a0009d3eef6`", "⏳ PENDING",
            ])
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

    @Test("Each state of a request has its emoji, its colour and its name")
    func states() throws {
        let nobody = Card.Resolution(by: nil, at: Self.at)
        let expected: [(Card.Status, String, String, String)] = [
            (.pending, "⏳", "#FFBC1F", "pending"), (.approved(nobody), "✅", "#3DB887", "approved"),
            (.denied(nobody), "❌", "#D24B4E", "denied"), (.expired, "⌛", "#8D93A1", "expired"),
            (.promoted(), "✅", "#3DB887", "promoted"), (.unknown(7), "❔", "#8D93A1", "state-7"),
        ]
        for (status, emoji, color, name) in expected {
            let card = Card(try subject(), status: status)
            #expect(value("Status", of: card)?.hasPrefix(emoji) == true)
            #expect(card.color == color)
            #expect(card.status.name == name)
        }
    }

    @Test("Resources, logins and times are shown as far as they are known; the time to decide only while it runs")
    func details() throws {
        var subject = try subject()
        subject.resources = ["/node/db-1", "/db/orders`x"]
        subject.logins = ["editor: root"]
        subject.times = Subject.Times(
            created: Self.at, expires: Self.at.advanced(by: .seconds(3600)),
            accessEnds: Self.at.advanced(by: .seconds(30 * 3600)),
            sessionEnds: Self.at.advanced(by: .seconds(5400)))
        let now = Self.at.advanced(by: .seconds(60))
        let card = Card(
            subject, status: .pending, link: "https://teleport.example.com/web/requests/x", showsCommands: true, now: now)
        #expect(
            card.fields.map(\.title) == [
                "User", "Roles", "Resources", "Logins", "Access", "Session", "Expires", "Request ID", "Status", "Review",
            ])
        #expect(value("Resources", of: card) == "`/node/db-1`\n`/db/orders’x`")
        #expect(value("Access", of: card) == "30 hours, until 2026-11-22 04:07 UTC")
        #expect(value("Session", of: card) == "1 hour 30 minutes, until 2026-11-20 23:37 UTC")
        #expect(value("Expires", of: card) == "2026-11-20 23:07 UTC")
        #expect(value("Review", of: card)?.contains("`tsh request review --deny 2ac7a19b") == true)
        #expect(card.link == "https://teleport.example.com/web/requests/x")
        let decided = Card(subject, status: .denied(nil), showsCommands: true, now: now)
        #expect(value("Expires", of: decided) == nil && value("Review", of: decided) == nil)
        #expect(value("Access", of: decided) != nil)
    }

    @Test(
        "A request that is not decided by a button says so, and has neither buttons nor commands",
        arguments: [
            (AccessRequest.Kind.longTerm, "long-term access"), (.unknown(7), "kind 7, which this version does not know"),
            (.unreadable, "with a name that is no valid text"),
        ])
    func otherKinds(kind: AccessRequest.Kind, words: String) throws {
        var subject = try subject()
        (subject.kind, subject.approvers) = (kind, "for `editor` @ana")
        let buttons = Decision.allCases.map { Card.Button($0, url: "https://x/", context: [:]) }
        let card = Card(subject, status: .pending, buttons: buttons, showsCommands: true)
        #expect(card.fields.map(\.title) == ["User", "Roles", "Kind", "Request ID", "Status", "How to decide"])
        #expect(value("Kind", of: card) == words)
        #expect(card.buttons.isEmpty)
        let promoted = Card(subject, status: .promoted("admins"), showsCommands: true)
        #expect(promoted.fields.map(\.title) == ["User", "Roles", "Kind", "Request ID", "Status"])
    }

    @Test(
        "Lengths of time in words",
        arguments: [
            (20, "less than a minute"), (60, "1 minute"), (7200, "2 hours"), (100_000, "27 hours 47 minutes"),
            (187_200, "2 days 4 hours"),
        ])
    func lengths(seconds: Int, words: String) {
        #expect(Duration.seconds(seconds).inWords == words)
    }

    @Test("A promoted request names its access list, without a way out of the text")
    func promoted() {
        #expect(Card.Status.promoted("DB `admins`").text() == "✅ PROMOTED to an access list, `DB ’admins’`")
    }

    @Test("A resolution whose decider nobody knows says when, and names nobody")
    func unknownDecider() {
        #expect(Card.Status.denied(Card.Resolution(by: nil, at: Self.at)).text() == "❌ DENIED · 2026-11-20 22:07 UTC")
    }

    @Test("A card shows times in the configured zone, and leaves out times that Teleport did not send")
    func zones() throws {
        let file = [UInt8](try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/Europe/Berlin")))
        let zone = ZoneClock(try TimeZoneRules(file))
        var subject = try subject()
        let hour = Duration.seconds(3600)
        subject.times = Subject.Times(
            created: Self.at, expires: Self.at.advanced(by: hour), accessStarts: Self.at.advanced(by: hour * 2),
            accessEnds: Self.at.advanced(by: hour * 5))
        let card = Card(subject, status: .pending, now: Self.at, zone: zone)
        #expect(value("Starts", of: card) == "2026-11-21 01:07 CET")
        #expect(value("Access", of: card) == "3 hours, until 2026-11-21 04:07 CET")
        #expect(value("Expires", of: card) == "2026-11-21 00:07 CET")
        #expect(value("Session", of: card) == nil)
        let approved = Card.Status.approved(Card.Resolution(by: "bob", at: Self.at))
        #expect(approved.text(in: zone) == "✅ APPROVED by @bob · 2026-11-20 23:07 CET")
        subject.times = Subject.Times(created: nil, accessEnds: Self.at)
        #expect(value("Access", of: Card(subject, status: .pending)) == "until 2026-11-20 22:07 UTC")
        let request = AccessRequest(
            id: subject.requestID, user: "a", roles: [], state: .pending, created: Timestamp(milliseconds: 0))
        #expect(Subject(request).times?.created == nil)
    }

    @Test("The cluster is shown where it is asked for, clipped and inert")
    func cluster() throws {
        #expect(value("Cluster", of: Card(try subject(), status: .pending)) == nil)
        #expect(value("Cluster", of: Card(try subject(), status: .pending, shownCluster: "a`b.example")) == "`a’b.example`")
        let long = Card(try subject(), status: .pending, shownCluster: String(repeating: "c", count: 255))
        #expect(value("Cluster", of: long) == "`\(String(repeating: "c", count: 128))…`")
    }

    @Test("A reminder names the time at which the request lapses, and not the time that is left")
    func reminder() throws {
        let step = ReminderStep(.beforeExpiry(.seconds(600)))
        let reply = ThreadReply.reminder(step, of: try subject().requestID, lapsesAt: Self.at)
        #expect(reply.name == "reminder-before-600" && reply.text.hasSuffix("It lapses at 2026-11-20 22:07 UTC."))
    }

    @Test("A resource with constraints is always shown with them")
    func constraints() {
        func shown(_ constraint: RequestedResource.Constraint?) -> String {
            RequestedResource(cluster: "c", kind: "app", name: "aws", constraint: constraint).description
        }
        #expect(shown(nil) == "/app/aws")
        #expect(
            shown(.awsRoles(["arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b"]))
                == "/app/aws (as arn:aws:iam::1:role/a, arn:aws:iam::1:role/b)")
        #expect(shown(.logins(["root"])) == "/app/aws (logins root)")
        for constraint in [RequestedResource.Constraint.unknown, .logins([]), .awsRoles([])] {
            #expect(shown(constraint) == "/app/aws (constrained)")
        }
    }
}
