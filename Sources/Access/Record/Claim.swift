/// A replica's claim on posting, good until a moment: `replica|milliseconds`.
package struct Claim: Equatable, Sendable, CustomStringConvertible {
    package var replica: String
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
