import Access

/// Whether the request and its record show that something is to be done: pure, so that a sweep over thousands of requests costs
/// two calls and looks at those alone that are amiss.
struct SweepPlan {
    let rendering: Rendering
    /// How long before it lapses a pending request's threads are reminded; nil: never.
    var remindsBefore: Duration?

    enum Verdict: Equatable {
        case fine
        /// Bring the request's posts up to date.
        case amiss
        /// The request is pending without any record, and older than a moment: it may have been posted all the same.
        case unrecorded
        /// Nothing is to be done before this time has passed.
        case later(Duration)
    }

    /// - Parameters:
    ///   - record: nil if the server has none.
    ///   - channels: the recipients' channels as far as they are known; nil if they are not, and the request has to be looked at.
    func verdict(on request: AccessRequest, _ record: PluginRecord?, channels: Set<String>?, now: Timestamp) -> Verdict {
        let isPending = request.state == .pending
        guard let record, !record.fields.isEmpty else {
            guard isPending else { return .fine }
            return now > request.created.advanced(by: PostPlan.youth) ? .unrecorded : .amiss
        }
        let key = PluginRecord.Key.self
        if !record[key.claim].isEmpty || !record.behind.isEmpty { return .amiss }
        guard isPending else { return isAmiss(request, record) ? .amiss : .fine }
        if !record[key.decision].isEmpty || isAmiss(request, record) { return .amiss }
        if let channels, channels.subtracting(record.posts.map(\.channelID)).isEmpty {
            return reminder(of: request, record, now: now).map { .later($0) } ?? .fine
        }
        return .amiss
    }

    /// A request that the server does not show any more.
    func isAmiss(_ record: PluginRecord) -> Bool {
        let hasClaim = !record[PluginRecord.Key.claim].isEmpty
        let isOpen = record.shownStatus == Card.Status.pending.name && !record.posts.isEmpty
        return hasClaim || isOpen || !record.behind.isEmpty
    }

    private func isAmiss(_ request: AccessRequest, _ record: PluginRecord) -> Bool {
        guard !record.posts.isEmpty else { return request.state == .pending }
        if record.shownStatus != request.state.name { return true }
        let count = min(request.reviews.count, PostPlan.replyLimit)
        if record.posts.contains(where: { record.repliedReviews(to: $0) < count }) { return true }
        guard request.state == .pending else { return false }
        return rendering.replaces(record.rendering) || record[PluginRecord.Key.progress] != request.reviewProgress
    }

    private func reminder(of request: AccessRequest, _ record: PluginRecord, now: Timestamp) -> Duration? {
        guard let before = remindsBefore, let expires = request.expires, expires.since(request.created) > before,
            record[PluginRecord.Key.reminded].isEmpty, expires > now
        else { return nil }
        return max(expires.since(now) - before, .zero)
    }
}
