import Access
import Logging

/// Finds what events did not report: requests that were created or changed in the meantime, posts that do not show their
/// request's state, and open posts whose request is gone.
///
/// Teleport knows all of this, because the records say what the posts show. A sweep therefore needs only two calls, for the
/// records and for the requests, and a channel is read only for posts that nobody recorded. Servers that give no list of
/// records get a ``ChannelSweep`` instead.
package struct Sweep: Sendable {
    private let context: PostsContext
    private let reconciler: Reconciler

    private let clock: any Clock<Duration>

    package init(_ context: PostsContext, _ reconciler: Reconciler, clock: any Clock<Duration> = .continuous) {
        self.context = context
        self.reconciler = reconciler
        self.clock = clock
    }

    /// Compares all requests with their records, and hands those that need work to the reconciler.
    @discardableResult
    package func callAsFunction() async throws -> View {
        // The records are read first. A request that has a record and is missing in the later list existed before the list was
        // read.
        let records = try await context.teleport.allPluginData()
        let begun = context.clocks.elapsed()
        let requests = try await context.teleport.requests()
        if !requests.isEmpty { context.evidence.sawRequests(since: begun, at: context.clocks.elapsed()) }
        context.logger.debug(
            "Listed the requests",
            metadata: ["count": "\(requests.count)", "records": "\(records.map { "\($0.count)" } ?? "none")"])
        if let records {
            try await compare(requests, with: records, listed: begun)
        } else {
            for request in requests { reconciler.catchUp(with: request.id) }
            try await ChannelSweep(context, reconciler, clock: clock)()
        }
        context.observe(.swept(requests.count))
        guard requests.isEmpty else { return .complete }
        // A role that may not list gets an empty list, and not an error.
        return try await context.teleport.showsAllRequests() ? .complete : .perhapsBlind
    }

    /// What a sweep can have seen.
    package enum View: Sendable {
        case complete
        /// There was no request, and perhaps only because the plugin's role is shown none. Nobody reports when it is.
        case perhapsBlind
    }

    /// Returns the channels where the request should be posted. This is nil while a recipient cannot be looked up for a reason
    /// that may pass.
    private func channels(of request: AccessRequest, _ record: PluginRecord) async -> Set<String>? {
        let now = context.clocks.now()
        guard let found = try? await context.recipients.wanted(for: request, record, at: now) else { return nil }
        return found.failures.contains { !$0.isLasting } ? nil : Set(found.places.map(\.channelID))
    }

    private func compare(
        _ requests: [AccessRequest], with records: [RequestID: [String: String]], listed: Duration
    ) async throws {
        let plan = SweepPlan(rendering: context.rendering, reminders: context.options.reminders)
        var unrecorded: [AccessRequest] = []
        var listing = Listing(at: listed)
        for request in requests {
            // Without a record the request has to be looked at anyway, wherever it is to be posted.
            let record = records[request.id].map(PluginRecord.init)
            var channels: Set<String>? = []
            if request.state == .pending, let record { channels = await self.channels(of: request, record) }
            let wallTime = context.clocks.now()
            switch plan.verdict(on: request, record, channels: channels, now: wallTime) {
            case .fine: break
            case .amiss:
                let listed = record == nil ? listing.take(request) : nil
                reconciler.catchUp(with: request.id, listed.map(RunMemory.init))
            case .unrecorded: unrecorded.append(request)
            case .later(let wait): reconciler.look(at: request.id, after: wait)
            }
        }
        let present = Set(requests.map(\.id))
        for (id, fields) in records where !present.contains(id) && plan.isAmiss(PluginRecord(fields)) {
            // The request is missing for the first time. The run sees whether it is still missing a moment later.
            context.evidence.missed(id, at: listed)
            reconciler.look(at: id, after: GoneEvidence.confirmation)
        }
        try await UnrecordedPosts(context, reconciler).find(of: unrecorded, &listing)
    }
}
