package import Access

extension Recipients {
    /// Returns the channels of the recipients who are told of the request by now because nobody has decided it.
    package func escalated(for request: AccessRequest, at now: Timestamp) async -> FoundRecipients {
        await places(of: ReminderPlan.recipients(rules.escalations, request, now: now))
    }

    /// Returns the channels where the request should be posted by now, or where one that is decided may have been posted.
    func wanted(
        for request: AccessRequest, _ record: PluginRecord, at now: Timestamp
    ) async throws(TeleportError) -> FoundRecipients {
        var found = try await places(for: request, record)
        // A request that was told somebody counts as posted, and the rules would not be asked again.
        guard !rules.escalations.isEmpty, found.undecided == nil else { return found }
        let isPending = request.state == .pending
        found.add(
            isPending ? await escalated(for: request, at: now) : await places(of: rules.escalations.flatMap(\.recipients)))
        return found
    }
}

extension FoundRecipients {
    /// Adds what was found besides. A channel that both have is kept once.
    fileprivate mutating func add(_ other: FoundRecipients) {
        let known = Set(places.map(\.channelID))
        places += other.places.filter { !known.contains($0.channelID) }
        failures += other.failures
    }
}
