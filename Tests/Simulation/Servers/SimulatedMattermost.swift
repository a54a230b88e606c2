import Access
import Base
import TriggerSigning

/// Mattermost's state: people, channels and posts, on two nodes that read from a copy of the database.
final class SimulatedMattermost: @unchecked Sendable {
    struct Post {
        var card: PostedCard
        /// Everything that the post shows.
        var content: Card
        var replies: [PostedReply] = []
        /// Whether a person deleted the post. The bot deletes only doubles.
        var wasDeletedByPerson = false

        var buttons: [Card.Button] { content.buttons }

        /// The names of the bot's replies in the post's thread.
        var replyNames: [String] { replies.compactMap(\.name) }
    }

    struct Channel {
        var id: String
        var members: Set<String>
        var isDirect = false
        var isArchived = false
        var hasBot = true
        var mayEdit = true
    }

    /// A state that a post had, from a moment on; nil once it was deleted.
    struct Version {
        var since: Duration
        var post: Post?
    }

    var channels: [String: Channel] = [:]
    var users: [String: ChatUser] = [:]
    private var versions: [String: [Version]] = [:]
    private var order: [PostReference] = []
    /// What each node remembers of pending post ids.
    private var pending: [[String: (post: PostReference, until: Duration)]] = [[:], [:]]
    private var count = 0
    unowned let world: World

    /// How far reads lag behind writes.
    var lag = Duration.zero
    var nodes = 1
    var pageSize = 100
    /// The keys with which the server proves clicks, of which it uses one at a time.
    var signer: TriggerSigner { World.signers[rotations % World.signers.count] }
    private(set) var rotations = 0
    var isTokenRevoked = false
    var isLimiting = false

    init(_ world: World) { self.world = world }

    private var now: Duration { world.scheduler.now }

    // MARK: - What is true

    func post(_ reference: PostReference) -> Post? { versions[reference.postID]?.last?.post }

    /// The posts that are there, oldest first, each as it is.
    func posts(about id: RequestID) -> [(reference: PostReference, post: Post)] {
        order.compactMap { reference in
            post(reference).flatMap { $0.card.requestID == id ? (reference, $0) : nil }
        }
    }

    /// The channels in which a person deleted a post about the request.
    func deletedByPeople(about id: RequestID) -> Set<String> {
        Set(
            order.filter { reference in
                versions[reference.postID]?.contains { $0.post?.wasDeletedByPerson == true && $0.post?.card.requestID == id }
                    == true
            }.map(\.channelID))
    }

    /// When each post was made.
    func made(_ reference: PostReference) -> Duration? { versions[reference.postID]?.first?.since }

    // MARK: - What people do

    func makeNewKey() {
        rotations += 1
        world.trace.add("mattermost", "proves clicks with another key")
    }

    /// Proves a click, as the server does for each one.
    func prove(_ person: Person, by signer: TriggerSigner? = nil) -> String {
        count += 1
        let number = "\(count)"
        let client = String(repeating: "c", count: 26 - number.count) + number
        let now = world.wallTime.milliseconds
        return (try? (signer ?? self.signer).triggerID(clientID: client, userID: person.id, at: now)) ?? ""
    }

    /// Adds an open post of another cluster, and one of a version that named no cluster, to each channel.
    func addNeighbour() {
        for (channel, cluster) in world.channelIDs.flatMap({ [($0, "neighbour"), ($0, nil)] }) {
            count += 1
            guard let id = RequestID("other-\(count)") else { continue }
            let subject = Subject(requestID: id, user: "olga", roles: ["admin"], reason: "")
            put(Card(subject, status: .pending, cluster: cluster), PostReference(channelID: channel, postID: "post\(count)"))
        }
    }

    func delete(_ reference: PostReference) {
        guard var post = post(reference) else { return }
        post.wasDeletedByPerson = true
        versions[reference.postID]?.append(Version(since: now, post: post))
        versions[reference.postID]?.append(Version(since: now, post: nil))
        world.trace.add("mattermost", "\(reference) was deleted by a person")
    }

    // MARK: - What calls do

    private func seen(_ reference: PostReference) -> Post? {
        versions[reference.postID]?.last { $0.since <= now - lag }?.post
    }

    /// The error of every call at present; nil if there is none.
    var objection: MattermostError? {
        if isTokenRevoked { return MattermostError(.unauthorized, "the token is revoked", isDefinite: true) }
        guard isLimiting, world.choices.chance(1, in: 3) else { return nil }
        return MattermostError(.rateLimited(retryAfter: 1 + world.choices.below(5)), "limit exceeded", isDefinite: true)
    }

    private func channel(_ id: String, forWriting: Bool = true) -> Result<Channel, MattermostError> {
        guard let channel = channels[id] else {
            return .failure(MattermostError(.notFound, "no such channel", reason: .channelMissing, isDefinite: true))
        }
        if channel.isArchived, forWriting {
            return .failure(MattermostError(.forbidden, "archived", reason: .channelArchived, isDefinite: true))
        }
        if !channel.hasBot {
            return .failure(MattermostError(.forbidden, "not a member", reason: .notMember, isDefinite: true))
        }
        return .success(channel)
    }

    func create(_ card: Card, in channelID: String, pendingPostID: String, by machine: Machine) -> Result<
        PostReference, MattermostError
    > {
        channel(channelID).flatMap { _ in
            let node = world.choices.below(nodes)
            let isRemembered = !Sabotage.isActive(.noPendingPostID)
            if isRemembered, let known = pending[node][pendingPostID], known.until > now { return .success(known.post) }
            count += 1
            let reference = PostReference(channelID: channelID, postID: "post\(count)")
            pending[node][pendingPostID] = (reference, now + .seconds(30))
            if Sabotage.isActive(.recordBeforePost) {
                // The replica knows the post's id, and makes the post only afterwards, if it lives.
                world.scheduler.after(.seconds(1)) { [self] in if !machine.isHeld { insert(card, reference) } }
            } else {
                insert(card, reference)
            }
            return .success(reference)
        }
    }

    private func insert(_ card: Card, _ reference: PostReference) {
        put(card, reference)
        world.oracle.posted(card, reference)
    }

    private func put(_ card: Card, _ reference: PostReference) {
        let shown = Self.shown(card, reference, made: world.wallTime)
        versions[reference.postID] = [Version(since: now, post: Post(card: shown, content: card))]
        order.append(reference)
    }

    func update(_ reference: PostReference, to card: Card) -> Result<Void, MattermostError> {
        channel(reference.channelID).flatMap { channel in
            guard channel.mayEdit else {
                return .failure(MattermostError(.forbidden, "no edit rights", reason: .editRefused, isDefinite: true))
            }
            guard let post = post(reference) else {
                return .failure(MattermostError(.forbidden, "no such post", reason: .postMissing, isDefinite: true))
            }
            world.oracle.updated(reference, post, to: card)
            write(card, to: post, reference)
            return .success(())
        }
    }

    /// Replaces what a post shows, as the answer to a click asks.
    func show(_ card: Card?, on reference: PostReference) {
        guard let card, let post = post(reference) else { return }
        world.oracle.updated(reference, post, to: card)
        write(card, to: post, reference)
    }

    private func write(_ card: Card, to post: Post, _ reference: PostReference) {
        var post = post
        (post.card, post.content) = (Self.shown(card, reference, made: post.card.created), card)
        versions[reference.postID]?.append(Version(since: now, post: post))
    }

    func remove(_ reference: PostReference) -> Result<Void, MattermostError> {
        channel(reference.channelID).map { _ in
            guard let post = post(reference) else { return }
            world.oracle.removed(reference, post)
            versions[reference.postID]?.append(Version(since: now, post: nil))
        }
    }

    func read(_ reference: PostReference) -> Result<PostedCard?, MattermostError> {
        channel(reference.channelID, forWriting: false).map { _ in seen(reference)?.card }
    }

    func cards(in channelID: String, from cursor: PageCursor?) -> Result<CardPage, MattermostError> {
        channel(channelID, forWriting: false).map { _ in
            if Sabotage.isActive(.lookFindsNothing) { return CardPage(cards: []) }
            let all = order.filter { $0.channelID == channelID }
            let end = all.firstIndex { $0.postID == cursor?.before?.id } ?? all.endIndex
            let older = all[..<end].compactMap { seen($0)?.card }
            let cards = older.suffix(pageSize)
            var next: PageCursor?
            if older.count > cards.count, let first = cards.first {
                next = PageCursor(size: pageSize)
                next?.before = .init(id: first.reference.postID, created: first.created?.milliseconds)
            }
            return CardPage(cards: cards.reversed(), next: next, oldest: cards.first?.created)
        }
    }

    /// The bot's direct-message channel with this person, which need not exist yet.
    static func direct(_ userID: String) -> String { "direct\(userID)" }

    func reply(_ reply: ThreadReply, to reference: PostReference, _ pendingPostID: String) -> Result<Void, MattermostError> {
        channel(reference.channelID).flatMap { _ in
            guard var post = post(reference) else {
                return .failure(MattermostError(.notFound, "no such post", reason: .postMissing, isDefinite: true))
            }
            let node = world.choices.below(nodes)
            if let known = pending[node][pendingPostID], known.until > now { return .success(()) }
            count += 1
            let own = PostReference(channelID: reference.channelID, postID: "reply\(count)")
            pending[node][pendingPostID] = (own, now + .seconds(30))
            post.replies.append(PostedReply(reference: own, requestID: reply.requestID, name: reply.name))
            versions[reference.postID]?.append(Version(since: now, post: post))
            return .success(())
        }
    }

    func replies(to reference: PostReference) -> Result<[PostedReply]?, MattermostError> {
        channel(reference.channelID, forWriting: false).map { _ in seen(reference)?.replies }
    }

    /// Removes a reply, which is a post of its own to its caller.
    func removeReply(_ reference: PostReference) -> Bool {
        for post in order {
            guard var whole = self.post(post), whole.replies.contains(where: { $0.reference == reference }) else { continue }
            whole.replies.removeAll { $0.reference == reference }
            versions[post.postID]?.append(Version(since: now, post: whole))
            return true
        }
        return false
    }

    private static func shown(_ card: Card, _ reference: PostReference, made: Timestamp?) -> PostedCard {
        PostedCard(
            reference: reference, requestID: card.requestID, status: card.status.name, cluster: card.cluster, created: made,
            hasButtons: !card.buttons.isEmpty)
    }
}
