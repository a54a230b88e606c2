import Access
import Testing

@testable import Clicks

@Suite("Refusals and the operator's own words")
struct RefusalTests {
    @Test("A refusal has the operator's words where there is a template for it")
    func templates() {
        #expect(Messages.Answer(.bot) == nil)
        #expect(Messages.Answer(.onlySuggested) == .notApprover)
    }
}
