package import Access

/// Decides when to warn that a certificate expires: once each when a fifth, a tenth and a twentieth of its lifetime is left,
/// and once when it has expired. It reads no clock: the time is passed in.
package struct ExpirySteps: Equatable, Sendable {
    /// The raw value is the largest percentage of the lifetime that is left at this step.
    package enum Step: Int, Sendable {
        case fifth = 20
        case tenth = 10
        case twentieth = 5
        case expired = 0
    }

    package let notBefore: Timestamp
    package let notAfter: Timestamp
    /// The step of the last warning.
    private var warned: Step?

    package init(notBefore: Timestamp, notAfter: Timestamp) {
        (self.notBefore, self.notAfter) = (notBefore, notAfter)
    }

    package init(_ certificate: CertificateInfo) {
        self.init(notBefore: certificate.notBefore, notAfter: certificate.notAfter)
    }

    /// Whether a certificate with these dates is accepted at this time.
    package func isValid(at now: Timestamp) -> Bool { notBefore <= now && now < notAfter }

    /// Returns the step that is reached now; nil while more than a fifth of the lifetime is left.
    package func step(at now: Timestamp) -> Step? {
        let life = max(1, notAfter.milliseconds - notBefore.milliseconds)
        let left = notAfter.milliseconds - now.milliseconds
        if left <= 0 { return .expired }
        return [Step.twentieth, .tenth, .fifth].first { left * 100 <= life * Int64($0.rawValue) }
    }

    /// Returns a warning about the certificate of this name at a step, without a full stop.
    package func words(of name: String, at step: Step) -> String {
        let end = notAfter.secondInWords
        return step == .expired
            ? "\(name) expired on \(end)"
            : "\(name) expires on \(end), less than \(step.rawValue) % of its time is left"
    }

    /// Returns the step that is reached now, if no warning was given for it yet, and records that one is given.
    package mutating func news(at now: Timestamp) -> Step? {
        guard let step = step(at: now), step != warned else { return nil }
        warned = step
        return step
    }
}
