import Access
import Testing

@testable import Posts

@Suite("The record of requests that could not be brought up to date")
struct FailuresTests {
    @Test("A problem is reported once for as long as it lasts, and counted")
    func news() throws {
        let one = try #require(RequestID("r-1")), two = try #require(RequestID("r-2"))
        let no = Notice("no")
        var failures = Failures()
        let news = [
            failures.add(no, of: one), failures.add(no, of: one), failures.add(no, of: two),
            failures.add(Notice("other"), of: two),
        ]
        #expect(news == [true, false, false, true])
        failures.remove(two)
        #expect(failures.example?.error.message == "no")
        #expect(failures.example?.count == 1)
        failures.remove(one)
        #expect(failures.example == nil)
        let again = failures.add(no, of: one)
        #expect(again)
    }
}
