import Access

/// Finds posts of pending requests that have no record, because some servers let the record end before its request. One look
/// through each channel serves all such requests of a sweep. A look for each request would read the same pages again and again.
struct UnrecordedPosts {
    private let context: PostsContext
    private let reconciler: Reconciler
    /// The largest number of pages that are read of a channel. The request's own run looks for posts that were not found by
    /// then.
    private static let pageLimit = 40

    init(_ context: PostsContext, _ reconciler: Reconciler) {
        self.context = context
        self.reconciler = reconciler
    }

    func find(of requests: [AccessRequest], _ listing: inout Listing) async throws {
        guard let oldest = requests.map(\.created).min() else { return }
        let botID = try await context.recipients.botID()
        let since = oldest.advanced(by: .zero - ReconcileRun.clockSkew)
        var found: [RequestID: [PostedCard]] = [:]
        var complete: Set<String> = []
        let look = ChannelLook(context.chat, botID: botID)
        let channels = await context.recipients.configured().places.map(\.channelID)
        for start in stride(from: 0, to: channels.count, by: PostPlan.width) {
            let some = Array(channels[start..<min(start + PostPlan.width, channels.count)])
            let looks = await atOnce(some) { channelID throws(MattermostError) in
                try await look(channelID, since: since, pages: Self.pageLimit)
            }
            // A channel that cannot be read is left to the run of each request.
            for (channelID, result) in looks {
                guard case .success(let look) = result else { continue }
                if look.isComplete { complete.insert(channelID) }
                for card in look.cards { if let id = card.requestID { found[id, default: []].append(card) } }
            }
        }
        for request in requests {
            var memory = RunMemory()
            for card in found[request.id] ?? [] { memory.add(card) }
            for channelID in complete { memory.looks[channelID] = RunMemory.Look(isDone: true) }
            memory.lookSince = since
            memory.listed = listing.take(request)
            reconciler.catchUp(with: request.id, memory)
        }
    }
}

/// Reads the bot's posts in a channel, page by page, back to a given time.
struct ChannelLook {
    /// The result of a look through a channel.
    struct Result {
        /// The cards that were found, oldest first, each only once.
        var cards: [PostedCard] = []
        /// Whether the look went back to the given time, or to the channel's first post.
        var isComplete = false
    }

    private let chat: any ChatService
    private let botID: String

    init(_ chat: any ChatService, botID: String) {
        self.chat = chat
        self.botID = botID
    }

    func callAsFunction(_ channelID: String, since: Timestamp, pages: Int) async throws(MattermostError) -> Result {
        var result = Result()
        var seen: Set<PostReference> = []
        var cursor: PageCursor?
        for _ in 0..<pages {
            let page = try await chat.cards(in: channelID, by: botID, from: cursor)
            result.cards += page.cards.filter { seen.insert($0.reference).inserted }
            cursor = page.next
            result.isComplete = page.next == nil || page.oldest.map { $0 < since } ?? false
            if result.isComplete { break }
        }
        result.cards.reverse()
        return result
    }
}
