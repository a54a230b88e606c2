import Access

extension Approvals {
    /// The error that ends a click early, with the answer that the person sees.
    struct Refusal: Error {
        /// The reason of the refusal. The raw value is its name in the audit and does not change between versions.
        enum Why: String {
            case lookupFailed = "lookup_failed"
            case bot, deactivated, guest
            case noButtons = "buttons_off"
            case onlySuggested = "only_suggested"
            case notInChannel = "not_in_channel"
            case ownRequest = "own_request"
            case notApprover = "not_approver"
            case alreadyReviewed = "already_reviewed"
            /// The review has to be in the person's own name, and the configuration does not tell their Teleport user.
            case noTeleportUser = "no_teleport_user"
            /// The trait names the person's account for more than one Teleport user.
            case severalTeleportUsers = "several_teleport_users"
            case tooManyReviews = "too_many_reviews"
            case notPending = "not_pending"
            /// The request is of a kind that is not decided by a button, such as one for long-term access.
            case otherKind = "long_term"
            case otherPost = "other_post"
            case unrecordedPost = "unrecorded_post"
            case notShown = "not_shown"
            case expired = "expired_button"
            case beingDecided = "being_decided"
            case tooLate = "too_late"
            case dialogTooOld = "dialog_too_old"
            case dialogUsed = "dialog_used"
            case dialogNotAsked = "dialog_not_asked"
            case gone
            case refusedByTeleport = "refused_by_teleport"
            /// The decision was sent to Teleport, and may have been made.
            case unconfirmed
        }

        var why: Why
        var answer: ClickAnswer

        init(_ why: Why, _ text: String, update: Card? = nil) {
            self.why = why
            answer = ClickAnswer(update: update, text)
        }
    }
}

extension Messages.Answer {
    /// Returns the kind of template for the answer. This is nil for answers without a template, which say more than that the
    /// click did not work.
    init?(_ why: Approvals.Refusal.Why) {
        switch why {
        case .notPending, .beingDecided, .gone: self = .alreadyDecided
        case .ownRequest: self = .ownRequest
        case .notApprover, .onlySuggested, .guest, .notInChannel: self = .notApprover
        case .lookupFailed, .refusedByTeleport, .tooLate, .notShown, .noTeleportUser, .severalTeleportUsers, .otherKind:
            self = .failed
        default: return nil
        }
    }
}
