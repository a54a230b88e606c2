/// A person's review of a request, made with a button of a post, with `tsh` or in the web UI. A server takes one review from
/// each author, and only ever appends to the list.
package struct AccessReview: Equatable, Sendable {
    /// The Teleport user whose review it is.
    package var author: String
    /// The Teleport user who submitted the review for the author, on servers that allow that; empty if the author did.
    package var submittedBy = ""
    package var proposed: AccessRequest.State
    package var reason: String
    /// The time of the review; nil if the server told none, as 7.3.2 does.
    package var created: Timestamp?
    /// The thresholds that the review counts for, as indices of ``AccessRequest/thresholds``.
    package var thresholds: [Int] = []

    package init(author: String, proposed: AccessRequest.State, reason: String = "", created: Timestamp? = nil) {
        self.author = author
        self.proposed = proposed
        self.reason = reason
        self.created = created
    }
}

/// The numbers of approving and of denying reviews that decide a request.
package struct ReviewThreshold: Equatable, Sendable {
    package var approvals: Int
    package var denials: Int

    package init(approvals: Int, denials: Int) {
        self.approvals = approvals
        self.denials = denials
    }
}

extension AccessRequest {
    /// The progress of the reviews for the card of a pending request, such as `1 of 2 approvals`. Empty if one review decides
    /// and there is none yet.
    ///
    /// If several thresholds are in use, the request is approved once each role has reached one of its own. Two numbers cannot
    /// express that, so only the approvals are counted.
    package var reviewProgress: String {
        guard state == .pending else { return "" }
        let approvals = reviews.filter { $0.proposed == .approved }
        let denials = reviews.count { $0.proposed == .denied }
        var words: String
        let used = usedThresholds.isEmpty ? Set(thresholds.indices) : usedThresholds
        if used.count == 1, let index = used.first, thresholds.indices.contains(index) {
            let needed = max(thresholds[index].approvals, 1)
            guard needed > 1 || !reviews.isEmpty else { return "" }
            let counted = approvals.count { $0.thresholds.contains(index) }
            words = "\(counted) of \(needed) approval\(needed == 1 ? "" : "s")"
        } else {
            guard used.count > 1 || !reviews.isEmpty else { return "" }
            words = "\(approvals.count) approval\(approvals.count == 1 ? "" : "s") so far"
        }
        if denials > 0 { words += ", \(denials) denial\(denials == 1 ? "" : "s")" }
        return words
    }
}
