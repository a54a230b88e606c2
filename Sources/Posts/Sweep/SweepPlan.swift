import Access

/// Decides from a request and its record whether the request needs work. The decision is pure, so a sweep over thousands of
/// requests costs two calls and looks only at the requests that need work.
struct SweepPlan {
    let rendering: Rendering
    /// The steps of the reminders of requests that nobody has decided.
    var reminders: [ReminderStep] = []

    /// The decision about one request.
    enum Verdict: Equatable {
        case fine
        /// The request's posts have to be brought up to date.
        case amiss
        /// The request is pending and older than a moment, but has no record. It may have been posted all the same.
        case unrecorded
        /// Nothing has to be done before this time has passed.
        case later(Duration)
    }

    /// Decides what is to be done about the request.
    /// - Parameters:
    ///   - record: the request's record, or nil if the server has none.
    ///   - channels: the recipients' channels. If they are not known this is nil, and the request has to be looked at.
    func verdict(on request: AccessRequest, _ record: PluginRecord?, channels: Set<String>?, now: Timestamp) -> Verdict {
        let isPending = request.state == .pending
        guard let record, !record.fields.isEmpty else {
            guard isPending else { return .fine }
            return now > request.created.advanced(by: PostPlan.youth) ? .unrecorded : .amiss
        }
        let key = PluginRecord.Key.self
        if record.mayLackPosts || !record.behind.isEmpty { return .amiss }
        guard isPending else { return isAmiss(request, record) ? .amiss : .fine }
        if !record[key.decision].isEmpty || isAmiss(request, record) { return .amiss }
        if let channels, channels.subtracting(record.posts.map(\.channelID)).isEmpty {
            return reminder(of: request, record, now: now).map { .later($0) } ?? .fine
        }
        return .amiss
    }

    /// Whether the record of a request that the server no longer shows still needs work.
    func isAmiss(_ record: PluginRecord) -> Bool {
        let isOpen = record.shownStatus == Card.Status.pending.name && !record.posts.isEmpty
        return record.mayLackPosts || isOpen || !record.behind.isEmpty
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
        ReminderPlan.hasDueReply(reminders, request, record, now: now)
            ? Duration.zero : ReminderPlan.wait(reminders, request, record, now: now)
    }
}
