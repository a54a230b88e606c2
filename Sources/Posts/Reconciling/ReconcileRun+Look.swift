import Access
import Logging

// The part of a run that looks through channels for posts that a replica made but did not record.
extension ReconcileRun {
    /// The largest difference that is allowed between the clocks of replicas. Each replica takes its time from Mattermost's
    /// answers, to the second.
    private static let claimSkew = Duration.seconds(60)
    /// The largest difference that is allowed between Teleport's clock and Mattermost's.
    static let clockSkew = Duration.seconds(600)
    /// The largest number of pages that one look reads from a channel. A look that needs more is reported as a failure and does
    /// not prove that no post exists.
    private static let pageLimit = 400

    /// Reads the next page of several channels concurrently. The results are kept in the run's memory, so that the next step or
    /// run goes on where this one ended.
    func look(in channels: [String], _ attempt: inout Attempt) async throws {
        let botID = try await context.recipients.botID()
        let since = attempt.memory.lookSince ?? Self.lookSince(attempt.situation)
        attempt.memory.lookSince = since
        let looks = channels.prefix(PostPlan.width).map { ($0, attempt.memory.looks[$0] ?? RunMemory.Look()) }
        let read = await atOnce(Array(looks)) { channelID, look throws(MattermostError) in
            try await context.chat.cards(in: channelID, by: botID, from: look.cursor)
        }
        for ((channelID, look), result) in read {
            switch result {
            case .success(let page): saw(page, of: channelID, look, since: since, &attempt)
            case .failure(let error) where error.isLasting:
                attempt.note(error)
                attempt.situation.refusedChannels.insert(channelID)
            case .failure(let error):
                attempt.note(error)
                attempt.situation.doubtfulChannels.insert(channelID)
            }
        }
    }

    private func saw(
        _ page: CardPage, of channelID: String, _ look: RunMemory.Look, since: Timestamp, _ attempt: inout Attempt
    ) {
        for card in page.cards.reversed() where card.requestID == id {
            attempt.situation.saw(card)
            attempt.memory.add(card)
        }
        if page.cards.contains(where: { $0.cluster != nil && $0.cluster != attempt.situation.cluster }) {
            context.cards.neighbours.saw()
        }
        var look = look
        look.cursor = page.next
        look.pages += 1
        look.isDone = page.next == nil || page.oldest.map { $0 < since } ?? false
        attempt.memory.looks[channelID] = look
        if look.isDone { attempt.situation.lookedThrough.insert(channelID) }
        guard !look.isDone, look.pages >= Self.pageLimit else { return }
        attempt.situation.doubtfulChannels.insert(channelID)
        attempt.note(
            MattermostError(
                .malformed,
                "The channel \(channelID) has too many posts to look through for one that may have been left unrecorded, so "
                    + "nothing is posted there until the request lapses.", mend: "Decide it in Teleport."))
    }

    /// Returns the earliest time at which a post may have been made that nobody recorded.
    static func lookSince(_ situation: Situation) -> Timestamp {
        let record = situation.record
        var moments: [Timestamp] = []
        if let request = situation.request {
            moments.append(request.created.advanced(by: .zero - clockSkew))
        }
        if let since = record.claimSince {
            moments.append(since.advanced(by: .zero - claimSkew))
        } else if let claim = record.claim {
            moments.append(claim.until.advanced(by: .zero - PostPlan.claimLifetime - claimSkew))
        }
        return moments.min() ?? Timestamp(milliseconds: 0)
    }
}
