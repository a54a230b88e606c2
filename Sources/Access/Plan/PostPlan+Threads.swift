// The steps that reply in the posts' threads: with each review, and with reminders while nobody has decided. The claim on
// posting keeps other replicas from replying at the same time. A thread is read before anything is added to it, so that a reply
// that was made and not recorded is not made again.
extension PostPlan {
    static func nextForThreads(_ situation: Situation, _ request: AccessRequest, now: Timestamp) -> Step? {
        let due = dueReminders(situation, request, now: now)
        if let step = nextForReviews(situation, request) { return step }
        if let last = due.last, let step = nextForReminder(last, situation) { return step }
        let told = situation.posts.map { ToldReviews(post: $0, count: toldReviews(to: $0, of: request, situation)) }
        let isNews = told.contains { $0.count != situation.record.repliedReviews(to: $0.post) }
        let isWhole = !due.isEmpty && situation.doubtfulChannels.isEmpty
        let isHeld = situation.ownClaim != nil && (isWhole || mayGiveBackClaim(situation, now: now))
        return isNews || isHeld ? .recordThreads(told, reminded: due) : nil
    }

    private static func nextForReviews(_ situation: Situation, _ request: AccessRequest) -> Step? {
        let count = min(request.reviews.count, replyLimit)
        let post = situation.reachablePosts.first { post in
            if toldReviews(to: post, of: request, situation) < count { return true }
            guard let thread = situation.threads[post] else {
                return situation.hasDoubtfulReplies && situation.record.repliedReviews(to: post) > 0
            }
            return !thread.doubles.isEmpty
        }
        guard let post else { return nil }
        if let step = nextForClaim(situation) { return step }
        guard let thread = situation.threads[post] else { return .readThread(post) }
        if let double = thread.doubles.first { return .removeReply(double, in: post) }
        return .reply(.review(toldReviews(to: post, of: request, situation)), to: post)
    }

    /// Returns how many reviews the thread tells, counted from the first one: those that the record counts, and those that were
    /// seen in the thread.
    private static func toldReviews(to post: PostReference, of request: AccessRequest, _ situation: Situation) -> Int {
        var told = situation.record.repliedReviews(to: post)
        guard let thread = situation.threads[post] else { return told }
        while told < min(request.reviews.count, replyLimit), thread.names.contains(Reply.review(told).name) { told += 1 }
        return told
    }

    // MARK: - Reminders

    /// Returns the next step for a reminder, or nil if every thread has it.
    private static func nextForReminder(_ reminder: ReminderStep, _ situation: Situation) -> Step? {
        let reply = Reply.reminder(reminder)
        let name = reply.name
        let post = situation.reachablePosts.first { situation.threads[$0]?.names.contains(name) != true }
        if let step = nextForClaim(situation) { return step }
        guard let post else { return nil }
        return situation.threads[post] == nil ? .readThread(post) : .reply(reply, to: post)
    }

    /// Returns the reminders that are due in the threads. One that failed in a thread is left to the next run, which comes soon.
    private static func dueReminders(
        _ situation: Situation, _ request: AccessRequest, now: Timestamp
    ) -> [ReminderStep] {
        guard situation.failedPosts.isEmpty, !situation.posts.isEmpty else { return [] }
        return ReminderPlan.dueReplies(situation.reminders, request, situation.record, now: now)
    }
}

extension PostPlan {
    /// A reply that the plugin adds to a thread by itself.
    package enum Reply: Equatable, Sendable {
        /// The review at this place in the request's list.
        case review(Int)
        /// The reminder of this step, which stands for earlier steps that are due too.
        case reminder(ReminderStep)

        /// The name by which the reply is found again.
        package var name: String {
            switch self {
            case .review(let index): ThreadReply.reviewName(index)
            case .reminder(let step): ThreadReply.reminderName(step)
            }
        }
    }

    /// The number of a request's reviews that the thread of a post tells.
    package struct ToldReviews: Equatable, Sendable {
        package var post: PostReference
        package var count: Int
    }
}
