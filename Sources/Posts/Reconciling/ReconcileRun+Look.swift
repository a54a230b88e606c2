import Access
import Logging

// Looking through channels for posts that somebody made and did not record.
extension ReconcileRun {
    /// How far the clocks of replicas may be apart: each takes its time from Mattermost's answers, to the second.
    private static let claimSkew = Duration.seconds(60)
    /// How far Teleport's clock and Mattermost's may be apart.
    static let clockSkew = Duration.seconds(600)
    /// Pages of one channel in one look. A look that needs more is told as a failure and not taken for proof.
    private static let pageLimit = 400

    /// Reads one page of each channel at once; what a look found is kept, and the next one goes on where it ended.
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

    /// From when on a post may exist that nobody recorded.
    static func lookSince(_ situation: Situation) -> Timestamp {
        let record = situation.record
        var moments: [Timestamp] = []
        if let request = situation.request, record.posts.isEmpty {
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
