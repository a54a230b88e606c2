/// The data that the plugin stores with a request in Teleport. It is the only place that all replicas share.
///
/// The keys that the original plugin wrote keep their names and meaning, so that either can continue the other's posts:
/// 0.2.0 `user, roles, post_id, channel_id`; 7.3.2 `user, roles, request_reason, resolution, messages`.
package struct PluginRecord: Equatable, Sendable {
    /// The keys of the record. The original plugin writes `user`, `roles`, `request_reason`, `messages`, `resolution`,
    /// `reviews_count` and `resolve_reason`; only this plugin writes the others.
    package enum Key {
        package static let user = "user"
        package static let roles = "roles"
        package static let reason = "request_reason"
        /// The posts of the request, see ``PluginRecord/posts``.
        package static let messages = "messages"
        /// The status that the posts show, see ``PluginRecord/shownStatus``.
        package static let resolution = "resolution"
        /// The resources and the logins that the post shows, one on each line.
        package static let resources = "shown_resources"
        package static let logins = "shown_logins"
        /// The time at which the resolution was first seen, in milliseconds since 1970.
        package static let resolvedAt = "resolved_at"
        /// The progress of a pending request's reviews that the posts show.
        package static let progress = "shown_progress"
        /// The time at which the posts of a pending request were written again last, in milliseconds since 1970.
        package static let refreshedAt = "refreshed_at"
        /// The number of reviews that each post's thread tells, see ``PluginRecord/repliedReviews(to:)``.
        package static let replies = "review_replies"
        /// A value that is not empty once the threads have a reminder of the time before the expiry, for older versions.
        package static let reminded = "reminded"
        /// The steps of the reminders that were taken in the threads, see ``PluginRecord/isReminded(of:)``.
        package static let reminderSteps = "reminder_steps"
        /// The number of reviews, which the original plugin counts for all of its posts together.
        package static let reviewsCount = "reviews_count"
        /// The reason that the decider gave.
        package static let resolveReason = "resolve_reason"
        /// The claim on posting, see ``Claim``.
        package static let claim = "claim"
        /// The time since which posts have been made and not recorded, in milliseconds since 1970. It is kept when a claim is
        /// renewed or taken over, so that the next replica knows from when on a post may exist that nobody recorded.
        package static let claimSince = "claim_since"
        /// The direct-message channels, among those in which such posts may have been made, that only the request tells of, see
        /// ``PluginRecord/claimChannels``.
        package static let claimChannels = "claim_channels"
        /// The posts that do not show yet what the record says, see ``PluginRecord/behind``.
        package static let behind = "behind"
        /// The configuration that the posts' buttons and texts were made with, see ``Rendering``.
        package static let rendered = "rendered"
        /// The claim on a decision, see ``DecisionClaim``.
        package static let decision = "decision"
        /// The recipients that monitoring rules named, see ``RuleRecipients``.
        package static let ruleRecipients = "rule_recipients"
        /// The people who reviewed with a button, see ``RecordedReviewers``.
        package static let reviewers = "reviewed_by"
        /// The fields in which version 0.2.0 of the original plugin records its one post.
        package static let onlyChannel = "channel_id"
        package static let onlyPost = "post_id"

        /// The keys that tell of posts, what they show, and replies. Who claims the posting expects them to be unchanged.
        package static let ofPosts = [messages, resolution, replies, reminded, reminderSteps]
        /// The keys of which the record of a request has at least one if anybody has begun to post or to decide it.
        package static let ofHandled =
            ofPosts + [claimSince, behind, rendered, decision, ruleRecipients, reviewers, onlyChannel, onlyPost]
    }

    /// The fields as they were read. The expected values of a compare-and-swap are taken from them.
    package let fields: [String: String]

    /// The recorded posts, each once and at most ``postLimit`` of them. They are kept, because a plan asks for them again and
    /// again.
    package let posts: [PostReference]

    package init(_ fields: [String: String]) {
        self.fields = fields
        posts = Self.posts(in: fields)
    }

    /// The value of a key; empty if it is absent, which is how compare-and-swap expresses that.
    package subscript(key: String) -> String { fields[key] ?? "" }

    /// Returns the record after a write of these fields. An empty value removes a key.
    package func setting(_ changes: [String: String]) -> Self {
        Self(fields.merging(changes) { $1 }.filter { !$0.value.isEmpty })
    }

    private static func posts(in fields: [String: String]) -> [PostReference] {
        if let messages = fields[Key.messages], !messages.isEmpty {
            var seen: Set<PostReference> = []
            return messages.split(separator: ",").prefix(postLimit).compactMap { PostReference($0) }
                .filter { seen.insert($0).inserted }
        }
        // Version 0.2.0 of the original plugin recorded one post, in two fields of its own.
        guard let channel = fields[Key.onlyChannel], let post = fields[Key.onlyPost], !channel.isEmpty, !post.isEmpty else {
            return []
        }
        return PostReference(checked: channel, post).map { [$0] } ?? []
    }

    /// Returns the number of the request's reviews that the thread of a post tells. It is bounded by what a request can have,
    /// because anybody who may write plugin data may have written it.
    package func repliedReviews(to post: PostReference) -> Int {
        guard let text = fields[Key.replies] else { return Self.count(self[Key.reviewsCount]) }
        let prefix = "\(post.postID)="
        return text.split(separator: ",").first { $0.hasPrefix(prefix) }.map { Self.count($0.dropFirst(prefix.count)) } ?? 0
    }

    /// Parses a number of reviews, bounded to 0 through 10,000. A text that is no number counts as 0.
    private static func count(_ text: some StringProtocol) -> Int { min(max(Int(text) ?? 0, 0), 10_000) }

    /// The largest number of posts that are read from a record. Nobody configures so many recipients, so it only bounds what a
    /// damaged record makes the plugin do.
    package static let postLimit = 500

    /// The largest number of suggested reviewers' channels that are read from a record.
    private static let channelLimit = 50

    /// The ids of the posts that could not be brought up to date when the others were, and ``noticeIsBehind`` if the
    /// requester's direct message could not be sent.
    package var behind: Set<String> { Set(self[Key.behind].split(separator: ",").prefix(Self.postLimit).map(String.init)) }

    /// The entry of ``behind`` that stands for the requester's direct message.
    package static let noticeIsBehind = "notice"

    /// Returns the value of ``Key/behind`` for these entries.
    package static func behind(_ names: Set<String>) -> String { names.sorted().joined(separator: ",") }

    /// The time since which posts may exist that nobody recorded; nil without a claim, and for a claim of an older version.
    package var claimSince: Timestamp? { Int64(self[Key.claimSince]).map(Timestamp.init(milliseconds:)) }

    /// The channels of suggested reviewers in which posts may exist that nobody recorded. Once the request is gone, nothing else
    /// tells who was suggested.
    package var claimChannels: [String] {
        self[Key.claimChannels].split(separator: ",").prefix(Self.channelLimit).map(String.init).filter(MattermostName.isID)
    }

    /// Whether a replica may have made posts that the record does not name. It may, while a claim on posting stands, and after a
    /// claim was given back although a channel could not be looked through: then ``Key/claimSince`` is left.
    package var mayLackPosts: Bool { !self[Key.claim].isEmpty || !self[Key.claimSince].isEmpty }

    /// Returns whether the request is decided, and this record, which was read before it, neither tells by whom nor that the posts
    /// show it. The present record may tell.
    package func perhapsLacksDecider(of request: AccessRequest) -> Bool {
        guard request.state == .approved || request.state == .denied, shownStatus != request.state.name else { return false }
        return decision(named: request.state.name) == nil
    }

    /// Returns the claim on the decision with this state's name. Nil if the record has none, or that of a click which claimed another
    /// decision and did not make it.
    func decision(named name: String) -> DecisionClaim? { decision.flatMap { $0.decision.state.name == name ? $0 : nil } }

    package var rendering: Rendering? { Rendering(self[Key.rendered]) }

    /// Returns the value of ``Key/replies`` for these numbers of reviews.
    package static func replies(_ counts: [(post: PostReference, count: Int)]) -> String {
        counts.map { "\($0.post.postID)=\($0.count)" }.joined(separator: ",")
    }

    /// Returns the value of ``Key/messages`` for these posts.
    package static func messages(_ posts: [PostReference]) -> String {
        posts.map(\.description).joined(separator: ",")
    }

    /// Returns the subject of a request from the record alone; nil if neither this plugin nor the original one wrote about the
    /// request.
    package func subject(of id: RequestID) -> Subject? {
        guard let user = fields[Key.user] else { return nil }
        let roles = self[Key.roles].split(separator: ",").map(String.init)
        var subject = Subject(requestID: id, user: user, roles: roles, reason: self[Key.reason])
        subject.resources = lines(Key.resources)
        subject.logins = lines(Key.logins)
        return subject
    }

    /// Returns the subject of an existing request, with the names that were looked up when it was posted.
    package func subject(of request: AccessRequest) -> Subject {
        var subject = Subject(request)
        guard fields[Key.user] != nil else { return subject }
        if fields[Key.resources] != nil { subject.resources = lines(Key.resources) }
        if fields[Key.logins] != nil { subject.logins = lines(Key.logins) }
        return subject
    }

    private func lines(_ key: String) -> [String] { self[key].split(separator: "\n").map(String.init) }

    /// Returns the fields from which a later reader can render the card without the request.
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
    package var refreshedAt: Timestamp? { Int64(self[Key.refreshedAt]).map(Timestamp.init(milliseconds:)) }
    package var resolvedAt: Timestamp? { Int64(self[Key.resolvedAt]).map(Timestamp.init(milliseconds:)) }
}
