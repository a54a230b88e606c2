import Access

extension ReviewRefusal {
    /// The advice for the operator; nil if the refusal concerns only one person or one request.
    var mend: String? {
        switch self {
        case .notForOthers:
            "this Teleport server takes no reviews on behalf of users: upgrade it, or set [approvals] review_as_plugin = true"
        case .lacksUserRead: "\(Self.place).rules: - {resources: [user], verbs: [read]}"
        case .notForThisUser:
            "\(Self.place): review_requests: {submit_for_users: [the users of [approvals.users]]}, and see that no deny rule "
                + "names the user"
        case .authorNotStored:
            "[approvals.users] must have the person's name in Teleport, as tctl users ls shows it; a user of single sign-on is "
                + "listed only while logged in"
        case .mayNotReview: "the author needs a role with spec.allow.review_requests, which open-source Teleport does not have"
        case .notThisRequest:
            "the author's spec.allow.review_requests must cover the request's roles, and nobody reviews their own"
        case .noThresholds, .notSupported: "set [approvals] method = \"state\" where the server takes no reviews"
        case .needsMFA, .alreadyReviewed, .alreadyResolved, .notAllowed: nil
        }
    }

    private static let place = "add to the plugin's role, under spec.allow"
}
