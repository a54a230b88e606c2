/// The pending requests that the watch has just reported, as they were then. A request that is made known in this way can be
/// posted without reading it first.
///
/// Few are kept, for a second each: an event tells what the request was, and a process that was held up reads it late. A
/// report is dropped as soon as a later event of the same request arrives.
package struct ReportedRequests: Sendable {
    package static let limit = 32
    /// The time for which a report may be used.
    package static let life = Duration.seconds(1)
    /// The greatest age of the request itself. It is told by Teleport's clock, so it bounds only how old a report can be that
    /// waited in the connection to this process.
    package static let youth = Duration.seconds(10)

    private var reports: [(request: AccessRequest, at: Duration)] = []

    package init() {}

    /// Whether there is no report.
    package var isEmpty: Bool { reports.isEmpty }

    /// Keeps the request as an event has shown it.
    package mutating func saw(_ request: AccessRequest, at now: Duration) {
        forget(request.id)
        guard request.state == .pending, request.reviews.isEmpty else { return }
        if reports.count >= Self.limit { reports.removeFirst() }
        reports.append((request, now))
    }

    package mutating func forget(_ id: RequestID) { reports.removeAll { $0.request.id == id } }

    /// Removes the report of a request, and returns it if it may be used.
    /// - Parameter time: the time by which the request's age is told.
    package mutating func take(_ id: RequestID, at now: Duration, time: Timestamp) -> AccessRequest? {
        guard let index = reports.firstIndex(where: { $0.request.id == id }) else { return nil }
        let report = reports.remove(at: index)
        let isYoung = time <= report.request.created.advanced(by: Self.youth)
        return isYoung && now - report.at <= Self.life ? report.request : nil
    }
}
