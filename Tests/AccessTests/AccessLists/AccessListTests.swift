import Testing

@testable import Access

@Suite("The reminders of access lists")
struct AccessListTests {
    private static let due = Timestamp(milliseconds: 1_795_212_453_332)
    private static let day: Int64 = 86_400

    private static func list(
        _ name: String = "prod", title: String = "Production", notice: Int64 = 14 * day, next: Timestamp? = due
    ) -> AccessList {
        AccessList(name: name, title: title, nextReview: next, notice: .seconds(notice), owners: [])
    }

    @Test(
        "Periods are weeks from the notice on, and days once the review is overdue",
        arguments: [
            (-14 * day - 1, nil), (-14 * day, -14 * day), (-7 * day - 1, -14 * day), (-7 * day, -7 * day), (-1, -7 * day),
            (0, 0), (day - 1, 0), (day, day), (40 * day + 5, 40 * day),
        ] as [(Int64, Int64?)])
    func period(now: Int64, begin: Int64?) {
        let at = { (seconds: Int64) in Self.due.advanced(by: .seconds(seconds)) }
        #expect(Self.list().period(at: at(now)) == begin.map(at))
        // A list without a notice is reminded of only once it is overdue.
        #expect(Self.list(notice: 0).period(at: at(now)) == (now < 0 ? nil : begin.map(at)))
        #expect(Self.list(next: nil).period(at: at(now)) == nil)
    }

    @Test("Each owner is told once in a period, whoever is no owner any more is forgotten, and damage is bounded")
    func owners() {
        let period = Self.due, now = Self.due.advanced(by: .seconds(60))
        let record = RemindedOwners("\(period.milliseconds - 1) ana\n\(period.milliseconds) bob b\n5 gone\nx y\n\n7")
        #expect(record.times.keys.sorted() == ["ana", "bob b", "gone"])
        #expect(record.untold(["ana", "bob b", "carol", "carol", "", "d\ne"], since: period) == ["ana", "carol"])
        let next = record.reminding(["ana", "carol"], of: ["ana", "bob b", "carol"], at: now)
        #expect(next.times == ["ana": now, "bob b": period, "carol": now])
        #expect(RemindedOwners(next.description) == next)
        #expect(next.untold(["ana", "bob b", "carol"], since: period).isEmpty)
        #expect(next.forgetting("ana", at: now).untold(["ana", "bob b"], since: period) == ["ana"])
        #expect(next.forgetting("bob b", at: now) == next)
        #expect(record.untold((0..<600).map { "u\($0)" }, since: period).count == RemindedOwners.limit)
    }

    @Test("One list is linked to its page, and several to the page of all; titles are inert")
    func message() {
        let early = Self.due.advanced(by: .seconds(-1))
        #expect(
            ReviewMessage.text([Self.list()], webAddress: "t.example.com", now: early)
                == "📋 Your review of the access list `Production` is due by 2026-11-20 22:07 UTC. "
                + "[Review in Teleport](https://t.example.com/web/accesslists/prod#review).")
        let several = ReviewMessage.text(
            [Self.list(), Self.list("b", title: "@all `x`")], webAddress: "t.example.com", now: Self.due)
        #expect(several.contains("- `Production` has been due since ") && !several.contains("@all `x`"))
        #expect(several.hasSuffix("[Review in Teleport](https://t.example.com/web/accesslists)."))
        #expect(
            ReviewMessage.text([Self.list("a)b", title: " ")], webAddress: "t", now: early)
                .contains("`a)b` is due by 2026-11-20 22:07 UTC. [Review in Teleport](https://t/web/accesslists)."))
        #expect(ReviewMessage.text([Self.list()], webAddress: nil, now: early).hasSuffix("Please review in Teleport's web UI."))
    }
}
