import Access

/// Judges how claims are taken and used.
extension Oracle {
    /// A claim is taken over by somebody else only after it has been unchanged for this long, but for what clocks drift.
    private static let claimLife = PostPlan.claimLifetime - .milliseconds(50)
    /// A call begins at most this long after its claim was written, of which a second is for a review that is submitted anew.
    private static let claimUse = PostPlan.claimUse + .milliseconds(1050)

    /// What a claim is for.
    enum Purpose: String { case posting, deciding }

    /// Judges a write to the record: nobody takes another replica's claim away before it may be taken for dead.
    func recorded(_ before: PluginRecord, _ after: PluginRecord, of id: RequestID, by replica: String) {
        if before.claim != after.claim { changed(.posting, of: id, from: before.claim?.replica, by: replica) }
        guard before.decision != after.decision else { return }
        changed(.deciding, of: id, from: before.decision?.replica, by: replica)
        if after.decision != nil { decisionClaimed[id] = now }
    }

    private func changed(_ purpose: Purpose, of id: RequestID, from holder: String?, by replica: String) {
        let age = claimWritten[id]?[purpose].map { now - $0 } ?? now
        if let holder, holder != replica, age < Self.claimLife {
            violation(.claimRespected, "\(replica) took the claim on \(purpose) \(id) of \(holder) after \(age)")
        }
        claimWritten[id, default: [:]][purpose] = now
    }

    /// Judges the beginning of a call that makes or decides something: its replica has claimed that a moment ago. One that was frozen in
    /// the meantime cannot know how old its claim is.
    func begins(_ purpose: Purpose, about id: RequestID, by machine: Machine) {
        guard let fields = world.teleport.data[id], !world.scheduler.isOver else { return }
        let record = PluginRecord(fields)
        let holder = purpose == .posting ? record.claim?.replica : record.decision?.replica
        let written = claimWritten[id]?[purpose] ?? .zero
        let wasFrozen = machine.released.map { $0 >= written } ?? false
        guard !wasFrozen, holder != machine.name || now - written > Self.claimUse else { return }
        let claimed = "\(holder ?? "nobody") claimed that \(now - written) ago"
        violation(.underClaim, "\(machine.name) begins \(purpose) \(id), and \(claimed)")
    }
}
