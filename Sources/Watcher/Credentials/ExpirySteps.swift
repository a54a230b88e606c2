import Access

/// When to warn of a certificate's end: with a fifth of its life left, a tenth, a twentieth, and when it is over; once each.
struct ExpirySteps: Equatable, Sendable {
    enum Step: Int, Sendable {
        case fifth = 20
        case tenth = 10
        case twentieth = 5
        case expired = 0
    }

    let notBefore: Timestamp
    let notAfter: Timestamp
    private var told: Step?

    init(notBefore: Timestamp, notAfter: Timestamp) {
        (self.notBefore, self.notAfter) = (notBefore, notAfter)
    }

    /// The step that is reached now; nil before the first.
    func step(at now: Timestamp) -> Step? {
        let life = max(1, notAfter.milliseconds - notBefore.milliseconds)
        let left = notAfter.milliseconds - now.milliseconds
        if left <= 0 { return .expired }
        return [Step.twentieth, .tenth, .fifth].first { left * 100 <= life * Int64($0.rawValue) }
    }

    /// The step that is reached and was not told yet.
    mutating func news(at now: Timestamp) -> Step? {
        guard let step = step(at: now), step != told else { return nil }
        told = step
        return step
    }
}
