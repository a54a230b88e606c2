/// A replica's claim on posting about a request, written as `replica|milliseconds`. While one replica has the claim, no other
/// makes posts or replies.
package struct Claim: Equatable, Sendable, CustomStringConvertible {
    package var replica: String
    /// The end of the claim by its replica's clock. It moves on when the claim is renewed. Another replica takes the claim over
    /// only after it has seen it unchanged for ``PostPlan/claimLifetime``, so the clocks need not agree.
    package var until: Timestamp

    package init(replica: String, until: Timestamp) {
        self.replica = replica
        self.until = until
    }

    init?(_ text: String) {
        guard let fields = MomentField(text) else { return nil }
        self.init(replica: fields.name, until: fields.moment)
    }

    package var description: String { MomentField(name: replica, moment: until).description }
}

/// A person's decision, written as `decision|user id|user name|milliseconds|replica`. It is claimed in the record before
/// Teleport is told, because Teleport would let a later decision overwrite it.
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
