/// One person's review of a request, made by a button here, with `tsh` or in the web UI. A server takes one from each
/// author and only ever appends to the list.
package struct AccessReview: Equatable, Sendable {
    /// A Teleport user.
    package var author: String
    /// Who submitted it for the author, on servers that allow that; empty: the author.
    package var submittedBy = ""
    package var proposed: AccessRequest.State
    package var reason: String
    /// Nil if the server told none, as 7.3.2 does.
    package var created: Timestamp?
    /// The thresholds that it counts for, by their place in ``AccessRequest/thresholds``.
    package var thresholds: [Int] = []

    package init(author: String, proposed: AccessRequest.State, reason: String = "", created: Timestamp? = nil) {
        self.author = author
        self.proposed = proposed
        self.reason = reason
        self.created = created
    }
}

/// How many reviews it takes.
package struct ReviewThreshold: Equatable, Sendable {
    package var approvals: Int
    package var denials: Int

    package init(approvals: Int, denials: Int) {
        self.approvals = approvals
        self.denials = denials
    }
}

extension AccessRequest {
    /// `1 of 2 approvals` for the card of a pending request; empty where one review decides and there is none yet.
    ///
    /// With several thresholds in use a request is approved when each role has one of its own reached: no two numbers say
    /// that, so the approvals are counted alone.
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
