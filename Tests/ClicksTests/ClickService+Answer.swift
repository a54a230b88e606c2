import Access
import ActionCrypto
import Clicks
import Testing

extension ClickService {
    /// Returns the answer to a submitted dialog when its decision is finished.
    func answer(_ submission: DialogSubmission) async -> DialogAnswer {
        var given: [DialogAnswer] = []
        await answer(submission) { reply in
            if case .answer(let answer) = reply { given.append(answer) }
        }
        #expect(given.count == 1)
        return given.first ?? .refused("no answer")
    }
}
