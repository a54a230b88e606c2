/// A reply that the plugin adds to the thread of a request's post.
package struct ThreadReply: Equatable, Sendable {
    package var requestID: RequestID
    /// The reply's name among the replies to its post, such as `review-0`. Only one reply of each name is posted.
    package var name: String
    /// Markdown, in which the texts that people wrote are inert.
    package var text: String

    package init(requestID: RequestID, name: String, text: String) {
        self.requestID = requestID
        self.name = name
        self.text = text
    }
}

/// A reply of the bot's that was found in a thread.
package struct PostedReply: Equatable, Sendable {
    package var reference: PostReference
    package var requestID: RequestID?
    package var name: String?

    package init(reference: PostReference, requestID: RequestID?, name: String?) {
        self.reference = reference
        self.requestID = requestID
        self.name = name
    }
}

extension ThreadReply {
    /// The largest numbers of characters shown of the texts that people wrote.
    private enum Limit {
        static let user = 100
        static let reason = 1000
    }

    /// Creates the reply that tells of a review.
    ///
    /// - Parameter index: the review's place in the request's list.
    package init(_ review: AccessReview, index: Int, of id: RequestID, zone: ZoneClock = .utc) {
        let author = InertText.code(review.author, limit: Limit.user)
        var text = "\(Self.words(review.proposed)) by \(author.isEmpty ? "somebody" : author)"
        let other = InertText.code(review.submittedBy, limit: Limit.user)
        if !other.isEmpty, review.submittedBy != review.author { text += ", submitted by \(other)" }
        if let created = review.created { text += " · \(zone.minute(created))" }
        let reason = InertText.code(review.reason, limit: Limit.reason)
        if !reason.isEmpty { text += "\n\(reason)" }
        self.init(requestID: id, name: Self.reviewName(index), text: text)
    }

    /// Returns the reminder of a request that nobody has decided. It names the moment at which the request lapses, if the server
    /// tells it, and not the time that is left, because people may read it later.
    package static func reminder(
        _ step: ReminderStep, of id: RequestID, lapsesAt expires: Timestamp?, zone: ZoneClock = .utc
    ) -> ThreadReply {
        let end = expires.map { " It lapses at \(zone.minute($0))." } ?? ""
        return ThreadReply(requestID: id, name: reminderName(step), text: "⏳ Nobody has decided this yet.\(end)")
    }

    /// Returns the name of the reply that reminds of a request.
    package static func reminderName(_ step: ReminderStep) -> String { "reminder-\(step.name)" }

    /// Returns the name of the reply that tells of a review, from the review's place in the request's list.
    package static func reviewName(_ index: Int) -> String { "review-\(index)" }

    private static func words(_ proposed: AccessRequest.State) -> String {
        switch proposed {
        case .approved: "✅ Reviewed: APPROVED"
        case .denied: "❌ Reviewed: DENIED"
        case .promoted: "✅ Reviewed: PROMOTED to an access list"
        case .pending: "❔ Reviewed: PENDING"
        case .unknown(let number): "❔ Reviewed: state \(number), which this version does not know,"
        }
    }
}
