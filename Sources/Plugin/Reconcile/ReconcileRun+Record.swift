import Access

// Teleport's side: the plugin data.
extension ReconcileRun {
    func claim(replacing previous: String, in situation: inout Situation) async throws -> Progress {
        let claim = Claim(replica: environment.replica, until: environment.now().advanced(by: PostPlan.claimLifetime))
        let progress = try await write(
            [PluginRecord.Key.claim: claim.description], expecting: [PluginRecord.Key.claim: previous], in: &situation)
        guard case .continue = progress else { return progress }
        situation.ownClaim = claim
        situation.isTakenOver = !previous.isEmpty
        return .continue
    }

    /// Gives the claim back, unless a post may still come about late.
    func record(_ posts: [PostReference], in situation: inout Situation) async throws -> Progress {
        var fields = [PluginRecord.Key.messages: PluginRecord.messages(posts)]
        if situation.failedChannels.isEmpty { fields[PluginRecord.Key.claim] = "" }
        if let request = situation.request {
            fields.merge(PluginRecord.subjectFields(situation.subject ?? situation.record.subject(of: request))) { _, new in new
            }
        }
        let progress = try await write(
            fields, expecting: [PluginRecord.Key.claim: situation.ownClaim?.description ?? ""], in: &situation)
        if situation.failedChannels.isEmpty { situation.ownClaim = nil }
        return progress
    }

    func settle(_ status: Card.Status, in situation: inout Situation) async throws -> Progress {
        var fields = [PluginRecord.Key.resolution: status.name.uppercased(), PluginRecord.Key.resolvedAt: ""]
        var expected = [PluginRecord.Key.resolution: situation.record[PluginRecord.Key.resolution]]
        switch status {
        case .pending: fields[PluginRecord.Key.resolution] = ""
        case .approved(let resolution?), .denied(let resolution?):
            fields[PluginRecord.Key.resolvedAt] = String(resolution.at.milliseconds)
        default: break
        }
        if situation.request == nil {
            // Nobody posts any more.
            fields[PluginRecord.Key.messages] = PluginRecord.messages(situation.posts)
            fields[PluginRecord.Key.claim] = ""
            expected[PluginRecord.Key.claim] = situation.record[PluginRecord.Key.claim]
        }
        return try await write(fields, expecting: expected, in: &situation)
    }

    func write(
        _ fields: [String: String], expecting: [String: String], in situation: inout Situation
    ) async throws -> Progress {
        do {
            try await environment.teleport.updatePluginData(of: id, setting: fields, expecting: expecting)
        } catch {
            guard error.code == .conflict || error.code == .notFound else { throw error }
            return .conflict
        }
        situation.record = PluginRecord(situation.record.fields.merging(fields) { _, new in new }.filter { !$0.value.isEmpty })
        return .continue
    }
}
