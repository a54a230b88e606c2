import Testing

@testable import Base

@Suite("Telling a problem once")
struct SayOnceTests {
    @Test("A problem is reported when it begins, when it changes and when it comes back")
    func news() {
        var told = SayOnce<String>()
        func news(_ problem: String) -> Bool { told.isNews(problem) }
        func ended() -> Bool { told.clear() }
        #expect(!ended())
        #expect(news("down") && !news("down"))
        #expect(news("denied") && told.last == "denied")
        #expect(ended() && !ended())
        #expect(news("denied"))
    }
}
