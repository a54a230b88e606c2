import Access

/// Describes one decision or refusal for the audit: who clicked, what was decided, on which post, why, from which address and
/// with which proof. It has no field that could hold a secret.
struct AuditEntry: Sendable {
    typealias Outcome = ClickOutcome

    var outcome: Outcome
    /// The reason of a refusal, as a word that does not change between versions. This is nil for decisions.
    var why: String?
    /// The text that the person was shown.
    var words: String
    var decision: Decision
    var requestID: RequestID
    var post: PostReference
    var userID: String
    /// The account of the person who clicked. This is nil if Mattermost did not tell.
    var user: ChatUser?
    /// What is known of the person's user in Teleport. This is nil if it was not looked up.
    var identity: TeleportIdentity?
    /// The request. This is nil if Teleport did not tell.
    var request: AccessRequest?
    /// The address that the callback came from.
    var remote: String
    /// The reason of the decision, as the person wrote it in a dialog.
    var reason: String?
    /// Whether the same dialog was submitted before. A repeated refusal is counted and gets no line of its own.
    var isRepeated: Bool
    /// The kind of proof of who clicked: `trigger_id` or `none`.
    var proof: String

    init(_ outcome: Outcome, _ click: Click, why: String? = nil, words: String) {
        self.outcome = outcome
        self.why = why
        self.words = words
        decision = click.decision
        requestID = click.requestID
        post = click.post
        userID = click.userID
        remote = click.remote
        reason = click.reason
        isRepeated = click.isRepeated
        proof = click.isProven ? "trigger_id" : "none"
    }

    /// The fields in the order of the line. Fields that are not known are left out.
    var fields: [(name: String, value: String)] {
        var fields: [(String, String)] = [("outcome", outcome.rawValue)]
        if let why { fields.append(("why", why)) }
        fields += [("decision", decision.rawValue), ("request_id", requestID.rawValue)]
        if let request {
            fields += [("requester", request.user), ("roles", request.roles.joined(separator: ","))]
        }
        fields += [("channel_id", post.channelID), ("post_id", post.postID), ("user_id", userID)]
        if let user {
            fields.append(("user", user.username))
            if !user.email.isEmpty { fields.append(("email", user.email)) }
        }
        if let teleportUser = identity?.author, let rule = identity?.rule {
            fields += [("teleport_user", teleportUser), ("teleport_user_by", rule)]
        }
        if let reason, !reason.isEmpty { fields.append(("reason", reason)) }
        return fields + [("remote", remote), ("proof", proof)]
    }
}
