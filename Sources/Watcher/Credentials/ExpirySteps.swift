import Access

/// When to warn that a certificate expires: once each with a fifth, a tenth and a twentieth of its lifetime left, and once
/// when it has expired. Pure: the time is passed in.
struct ExpirySteps: Equatable, Sendable {
    /// The raw value is the percentage of the lifetime that is left at most.
    enum Step: Int, Sendable {
        case fifth = 20
        case tenth = 10
        case twentieth = 5
        case expired = 0
    }

    let notBefore: Timestamp
    let notAfter: Timestamp
    /// The step of the last warning.
    private var warned: Step?

    init(notBefore: Timestamp, notAfter: Timestamp) {
        (self.notBefore, self.notAfter) = (notBefore, notAfter)
    }

    /// The step that is reached now; nil while more than a fifth of the lifetime is left.
    func step(at now: Timestamp) -> Step? {
        let life = max(1, notAfter.milliseconds - notBefore.milliseconds)
        let left = notAfter.milliseconds - now.milliseconds
        if left <= 0 { return .expired }
        return [Step.twentieth, .tenth, .fifth].first { left * 100 <= life * Int64($0.rawValue) }
    }

    /// The step that is reached now and has not been warned of; counts as warned of from then on.
    mutating func news(at now: Timestamp) -> Step? {
        guard let step = step(at: now), step != warned else { return nil }
        warned = step
        return step
    }
}
