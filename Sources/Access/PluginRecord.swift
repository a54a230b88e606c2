/// What the plugin keeps with a request in Teleport: the one place that all replicas share.
///
/// The keys that the original plugin wrote keep their names and meaning, so that either can continue the other's posts:
/// 0.2.0 `user, roles, post_id, channel_id`; 7.3.2 `user, roles, request_reason, resolution, messages`.
package struct PluginRecord: Equatable, Sendable {
    package enum Key {
        package static let user = "user"
        package static let roles = "roles"
        package static let reason = "request_reason"
        package static let messages = "messages"
        package static let resolution = "resolution"
        /// Ours: what the post shows as the resources and logins, a line each.
        package static let resources = "shown_resources"
        package static let logins = "shown_logins"
        /// Ours: when the resolution was first seen, milliseconds since 1970.
        package static let resolvedAt = "resolved_at"
        /// Ours: what the posts show of a pending request's reviews.
        package static let progress = "shown_progress"
        /// Ours: how many reviews are told in each post's thread, ``repliedReviews``.
        package static let replies = "review_replies"
        /// Ours: not empty once the threads have their reminder.
        package static let reminded = "reminded"
        /// As the original plugin counts them, for all its posts.
        package static let reviewsCount = "reviews_count"
        /// Ours: who is posting, ``Claim``.
        package static let claim = "claim"
        /// Ours: who decided what, ``DecisionClaim``.
        package static let decision = "decision"
        /// Ours: who reviewed by a button, ``RecordedReviewers``.
        package static let reviewers = "reviewed_by"
    }

    /// As read; the expectations of a compare-and-swap are made from it.
    package let fields: [String: String]

    package init(_ fields: [String: String]) { self.fields = fields }

    /// The value, empty when absent, as compare-and-swap wants it.
    package subscript(key: String) -> String { fields[key] ?? "" }

    package var posts: [PostReference] {
        if let messages = fields[Key.messages], !messages.isEmpty {
            return messages.split(separator: ",").compactMap { PostReference($0) }
        }
        // 0.2.0 knew one post.
        guard let channel = fields["channel_id"], let post = fields["post_id"], !channel.isEmpty, !post.isEmpty else {
            return []
        }
        return [PostReference(channelID: channel, postID: post)]
    }

    /// By post id, how many of the request's reviews were told in its thread.
    package func repliedReviews(to post: PostReference) -> Int {
        guard let text = fields[Key.replies] else { return Int(self[Key.reviewsCount]) ?? 0 }
        let prefix = "\(post.postID)="
        return text.split(separator: ",").first { $0.hasPrefix(prefix) }.flatMap { Int($0.dropFirst(prefix.count)) } ?? 0
    }

    /// The value of ``Key/replies``.
    package static func replies(_ counts: [(post: PostReference, count: Int)]) -> String {
        counts.map { "\($0.post.postID)=\($0.count)" }.joined(separator: ",")
    }

    package static func messages(_ posts: [PostReference]) -> String {
        posts.map(\.description).joined(separator: ",")
    }

    /// Nil when this plugin or the original never wrote about the request.
    package func subject(of id: RequestID) -> Subject? {
        guard let user = fields[Key.user] else { return nil }
        let roles = self[Key.roles].split(separator: ",").map(String.init)
        var subject = Subject(requestID: id, user: user, roles: roles, reason: self[Key.reason])
        subject.resources = lines(Key.resources)
        subject.logins = lines(Key.logins)
        return subject
    }

    /// Of a request that exists, with the names that were looked up for it when it was posted.
    package func subject(of request: AccessRequest) -> Subject {
        var subject = Subject(request)
        guard fields[Key.user] != nil else { return subject }
        if fields[Key.resources] != nil { subject.resources = lines(Key.resources) }
        if fields[Key.logins] != nil { subject.logins = lines(Key.logins) }
        return subject
    }

    private func lines(_ key: String) -> [String] { self[key].split(separator: "\n").map(String.init) }

    /// The keys that let a later reader render the card without the request.
    package static func subjectFields(_ subject: Subject) -> [String: String] {
        [
            Key.user: subject.user, Key.roles: subject.roles.joined(separator: ","),
            Key.reason: String(subject.reason.prefix(2000)),
            Key.resources: text(subject.resources), Key.logins: text(subject.logins),
        ]
    }

    private static func text(_ lines: [String]) -> String {
        String(lines.map { $0.split(whereSeparator: \.isNewline).joined(separator: " ") }.joined(separator: "\n").prefix(2000))
    }

    package var claim: Claim? { Claim(self[Key.claim]) }
    package var reviewers: RecordedReviewers { RecordedReviewers(self[Key.reviewers]) }
    package var decision: DecisionClaim? { DecisionClaim(self[Key.decision]) }
    package var resolvedAt: Timestamp? { Int64(self[Key.resolvedAt]).map(Timestamp.init(milliseconds:)) }
}

/// A replica's claim on posting, good until a moment: `replica|milliseconds`.
package struct Claim: Equatable, Sendable, CustomStringConvertible {
    package var replica: String
    package var until: Timestamp

    package init(replica: String, until: Timestamp) {
        self.replica = replica
        self.until = until
    }

    init?(_ text: String) {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == 2, let until = Int64(parts[1]) else { return nil }
        self.init(replica: String(parts[0]), until: Timestamp(milliseconds: until))
    }

    package var description: String { "\(replica)|\(until.milliseconds)" }
}

/// A person's decision, claimed before Teleport is told: `decision|user id|user name|milliseconds|replica`.
package struct DecisionClaim: Equatable, Sendable, CustomStringConvertible {
    package var decision: Decision
    package var userID: String
    package var username: String
    package var at: Timestamp
    package var replica: String

    package init(decision: Decision, userID: String, username: String, at: Timestamp, replica: String) {
        self.decision = decision
        self.userID = userID
        self.username = username
        self.at = at
        self.replica = replica
    }

    init?(_ text: String) {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, let decision = Decision(rawValue: parts[0]), let at = Int64(parts[3]) else { return nil }
        self.init(
            decision: decision, userID: parts[1], username: parts[2], at: Timestamp(milliseconds: at), replica: parts[4])
    }

    package var description: String { "\(decision.rawValue)|\(userID)|\(username)|\(at.milliseconds)|\(replica)" }
}
