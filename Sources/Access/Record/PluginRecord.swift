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
        /// The number of reviews, as the original plugin counts them for all its posts.
        package static let reviewsCount = "reviews_count"
        /// The decider's reason, as the original plugin writes it.
        package static let resolveReason = "resolve_reason"
        /// Ours: who is posting, ``Claim``.
        package static let claim = "claim"
        /// Ours: since when somebody has been posting without a record, milliseconds since 1970. Kept when a claim is renewed or
        /// taken over, so that whoever takes it over knows from when on a post may exist that nobody recorded.
        package static let claimSince = "claim_since"
        /// Ours: the posts that do not show yet what the record says, ``PluginRecord/behind``.
        package static let behind = "behind"
        /// Ours: the configuration that the posts' buttons and texts were made with, ``Rendering``.
        package static let rendered = "rendered"
        /// Ours: who decided what, ``DecisionClaim``.
        package static let decision = "decision"
        /// Ours: who reviewed by a button, ``RecordedReviewers``.
        package static let reviewers = "reviewed_by"
    }

    /// The fields as they were read. The expectations of a compare-and-swap are made from them.
    package let fields: [String: String]

    package init(_ fields: [String: String]) { self.fields = fields }

    /// The value, empty when absent, as compare-and-swap wants it.
    package subscript(key: String) -> String { fields[key] ?? "" }

    /// At most ``postLimit``, each once.
    package var posts: [PostReference] {
        if let messages = fields[Key.messages], !messages.isEmpty {
            var seen: Set<PostReference> = []
            return messages.split(separator: ",").prefix(Self.postLimit).compactMap { PostReference($0) }
                .filter { seen.insert($0).inserted }
        }
        // 0.2.0 knew one post.
        guard let channel = fields["channel_id"], let post = fields["post_id"], !channel.isEmpty, !post.isEmpty else {
            return []
        }
        return PostReference(checked: channel, post).map { [$0] } ?? []
    }

    /// By post id, how many of the request's reviews were told in its thread. Anybody who may write plugin data may have written
    /// the number, so it is held to what a request can have.
    package func repliedReviews(to post: PostReference) -> Int {
        guard let text = fields[Key.replies] else { return Self.count(self[Key.reviewsCount]) }
        let prefix = "\(post.postID)="
        return text.split(separator: ",").first { $0.hasPrefix(prefix) }.map { Self.count($0.dropFirst(prefix.count)) } ?? 0
    }

    /// A number of reviews: from 0 to 10,000, and 0 for what is no number.
    private static func count(_ text: some StringProtocol) -> Int { min(max(Int(text) ?? 0, 0), 10_000) }

    /// More recipients than anybody configures: a bound on what a damaged record makes the plugin do.
    package static let postLimit = 500

    /// The ids of posts that could not be brought up to date when the others were, and ``noticeIsBehind`` for the requester's
    /// direct message that could not be sent.
    package var behind: Set<String> { Set(self[Key.behind].split(separator: ",").prefix(Self.postLimit).map(String.init)) }

    package static let noticeIsBehind = "notice"

    /// The value of ``Key/behind``.
    package static func behind(_ names: Set<String>) -> String { names.sorted().joined(separator: ",") }

    /// Since when posts may exist that nobody recorded; nil for a claim of an older version, and without a claim.
    package var claimSince: Timestamp? { Int64(self[Key.claimSince]).map(Timestamp.init(milliseconds:)) }

    package var rendering: Rendering? { Rendering(self[Key.rendered]) }

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

    /// The subject of an existing request, with the names that were looked up when it was posted.
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
