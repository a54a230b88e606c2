import Access

/// A request as a sweep has listed it. The list had no record of it.
struct ListedRequest: Sendable {
    /// The time for which it may stand for a read, unless the watch tells more of the request. If the watch was lost in between,
    /// the sweep that follows finds what has changed.
    private static let life = Duration.seconds(5)

    fileprivate let request: AccessRequest
    /// The elapsed time before the list was read.
    fileprivate let at: Duration

    /// Returns the request if it may stand for one that was read now.
    func ifFresh(at now: Duration) -> AccessRequest? { now - at <= Self.life ? request : nil }
}

/// Hands the requests of a list over to their first runs. The others are read again.
struct Listing {
    /// The largest number of requests that are handed over. More of them would be read anew by the time it is their turn, and take
    /// memory until then.
    private static let limit = 1000

    /// The elapsed time before the list was read.
    private let at: Duration
    private var left = Self.limit

    init(at: Duration) { self.at = at }

    mutating func take(_ request: AccessRequest) -> ListedRequest? {
        guard left > 0, request.state == .pending, request.reviews.isEmpty else { return nil }
        left -= 1
        return ListedRequest(request: request, at: at)
    }
}
