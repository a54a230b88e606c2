import Access
import Base
import Testing

@Suite("Small values")
struct ValuesTests {
    @Test("A request id is letters, digits and hyphens, 1 to 64 of them")
    func requestID() {
        #expect(RequestID("2ac7a19b-41ca-4cbf-a491-9a0009d3eef6")?.rawValue == "2ac7a19b-41ca-4cbf-a491-9a0009d3eef6")
        #expect(RequestID(String(repeating: "a", count: 64)) != nil)
        for wrong in ["", "a/b", "a b", "ä", "a\n", String(repeating: "a", count: 65)] { #expect(RequestID(wrong) == nil) }
    }

    @Test("Minutes are written in UTC, across leap days, ends of years and before 1970")
    func minutes() {
        let expected: [(Int64, String)] = [
            (0, "1970-01-01 00:00 UTC"), (1_795_212_453_332, "2026-11-20 22:07 UTC"), (951_782_399_999, "2000-02-28 23:59 UTC"),
            (951_782_400_000, "2000-02-29 00:00 UTC"), (1_735_689_599_000, "2024-12-31 23:59 UTC"),
            (-1, "1969-12-31 23:59 UTC"),
        ]
        for (milliseconds, text) in expected { #expect(Timestamp(milliseconds: milliseconds).minuteInUTC == text) }
    }

    @Test("A time in the past is written as people say it")
    func ago() {
        let expected: [(Duration, String)] = [
            (.seconds(-5), "just now"), (.seconds(9), "just now"), (.seconds(59), "59 seconds ago"),
            (.seconds(60), "1 minute ago"),
            (.seconds(150), "2 minutes ago"), (.seconds(3600), "1 hour ago"), (.seconds(200_000), "2 days ago"),
        ]
        for (duration, words) in expected { #expect(duration.agoInWords == words) }
    }

    @Test("Time saturates instead of trapping")
    func saturation() {
        #expect(Timestamp(milliseconds: .max).advanced(by: .seconds(1)).milliseconds == .max)
        #expect(Timestamp(milliseconds: 5).advanced(by: .milliseconds(1500)).milliseconds == 1505)
        #expect(Timestamp(milliseconds: 0).advanced(by: .seconds(Int64.max)).milliseconds == .max)
    }

    @Test("A secret shows nothing, however it is printed")
    func secret() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump([secret], to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), String(describing: [secret]), dumped] {
            #expect(!text.contains("hunter2"))
        }
        #expect(secret.reveal() == "hunter2")
    }
}
