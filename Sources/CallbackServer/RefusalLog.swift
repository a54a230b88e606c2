import Logging
import NIOCore

/// Tells the operator of refused requests, a few a second: a flood of forgeries must not become a flood of lines.
struct RefusalLog {
    static let burst = 5

    private let logger: Logger
    private var windowEnd = NIODeadline.uptimeNanoseconds(0)
    private var written = 0
    private var suppressed = 0

    init(logger: Logger) { self.logger = logger }

    /// Never takes a signature, trigger id or password.
    mutating func refused(
        _ reason: String, from remote: String, _ metadata: Logger.Metadata = [:], at now: NIODeadline
    ) {
        if now >= windowEnd {
            if suppressed > 0 { logger.warning("Refused \(suppressed) more requests like it") }
            (written, suppressed, windowEnd) = (0, 0, now + .seconds(1))
        }
        guard written < Self.burst else {
            suppressed += 1
            return
        }
        written += 1
        logger.warning(
            "Refused a request to the action route: \(reason)",
            metadata: metadata.merging(["remote": "\(remote)"]) { _, new in new })
    }
}
