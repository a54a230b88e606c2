import Access

/// The texts that people see after a click. Every answer says whether something was decided, and what the person can do.
enum ClickWords {
    static let unknownClicker =
        "Mattermost could not tell who you are just now, so nothing was decided. Please try again in a moment."
    static let notAPerson = "Only active members of this server can decide, so nothing was decided."
    static let unreachable = "Teleport cannot be reached just now, so nothing was decided. Please try again in a moment."
    static let noButtons =
        "Buttons are switched off in this plugin's configuration, so nothing was decided. Please decide in Teleport."
    static let tooLate = "This took too long, so nothing was decided. Please try again in a moment."
    static let unconfirmed =
        "Your decision was sent to Teleport, which has not confirmed it yet. This post will show what became of it."
    static let gone = "This request has expired or was removed; there is nothing to decide any more."
    static let hidden = "Teleport does not show this request any more, so nothing was decided."
    static let unrecorded =
        "Teleport does not know this post as one of the request's, so nothing was decided. Please try again in a moment."
    static let otherPost =
        "The request has another post in this channel, so nothing was decided. Please decide there."
    static let expired = "These buttons have expired, so nothing was decided."

    static func decided(_ decision: Decision, _ subject: Subject) -> String {
        let user = InertText.code(subject.user, limit: 100)
        let roles = InertText.code(subject.roles.joined(separator: ", "), limit: 200)
        return switch decision {
        case .approve: "You approved the request of \(user) for \(roles)."
        case .deny: "You denied the request of \(user) for \(roles)."
        }
    }

    /// Returns, for example, `This request was already approved 2 minutes ago by @name.`
    static func already(_ status: Card.Status, now: Timestamp) -> String {
        let resolution: Card.Resolution? =
            switch status {
            case .approved(let resolution), .denied(let resolution): resolution
            default: nil
            }
        var words = "This request was already \(status.name)"
        if let resolution {
            words += " \(now.since(resolution.at).agoInWords)"
            if let by = resolution.by { words += " by @\(by)" }
        }
        return words + "."
    }

    /// Returns the answer to a click on a request that is not decided by a button; nil if the request may be.
    static func notByButton(_ kind: AccessRequest.Kind) -> String? {
        switch kind {
        case .shortTerm: nil
        case .longTerm:
            "This request is for long-term access, so nothing was decided: an approval would give temporary access only, and "
                + "would keep it from being promoted to an access list. Please decide it in Teleport."
        case .unreadable:
            "A name in this request is not valid UTF-8, so nothing was decided: a post cannot show exactly what is asked for. "
                + "Please decide it in Teleport."
        case .unknown: "This version does not know this kind of request, so nothing was decided. Please decide it in Teleport."
        }
    }

    static func beingDecided(_ claim: DecisionClaim) -> String {
        let what = claim.decision == .approve ? "approving" : "denying"
        return "@\(claim.username) is \(what) this request right now. This post will show what became of it."
    }

    static func refused(_ error: TeleportError) -> String {
        switch error.code {
        case .permissionDenied where error.reason == .needsMFA:
            "Teleport demands MFA of this plugin's identity, so nothing was decided. Please tell an administrator."
        case .permissionDenied:
            "Teleport does not allow this plugin to decide requests, so nothing was decided. Please tell an administrator."
        case .refused: "Teleport refused the decision, so nothing was decided."
        default: unreachable
        }
    }
}
