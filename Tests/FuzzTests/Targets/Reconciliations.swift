import Access
import CircuitBreakers
import Foundation
import Logging
import Synchronization

@testable import Posts

/// Checks that no plugin data, post, user, channel or request ends the process, loses a decision that a post shows, or makes
/// the plugin write another cluster's card.
func fuzzReconciliations(_ input: UnsafeRawBufferPointer) {
    var bytes = ByteSource(Array(input))
    let world = ReconcileWorld(&bytes)
    let begin = world.posts
    let done = DispatchSemaphore(value: 0)
    Task(executorPreference: OneThread()) {
        await world.reconcile()
        done.signal()
    }
    must(done.wait(timeout: .now() + 20) == .success, "the reconciliation does not end")
    for (reference, post) in begin {
        let left = world.posts[reference]
        if post.cluster != nil, post.cluster != ReconcileWorld.cluster { must(left == post, "a foreign card was written") }
        let isFinal = ["approved", "denied", "promoted"].contains(post.status)
        if isFinal { must(left?.status != "expired", "a decision became EXPIRED") }
    }
    must(world.calls < 4000, "\(world.calls) calls")
}

/// Runs tasks on a thread of its own, so that the caller may block any other thread until they end.
private final class OneThread: TaskExecutor {
    private let queue = DispatchQueue(label: "fuzz")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// Draws values from the input's bytes. When the bytes are used up it draws zeros.
struct ByteSource {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[Int(byte()) % values.count] }

    mutating func flag() -> Bool { byte() & 1 == 1 }

    mutating func integer() -> Int64 {
        pick([0, 1, -1, .max, .min, 1_795_212_453_332, -62_135_596_800_000, Int64(byte()) << 32])
    }

    mutating func text() -> String {
        let length = Int(byte()) % 24
        return String(decoding: (0..<length).map { _ in byte() }, as: UTF8.self)
    }
}

/// A clock that a fuzz target moves.
private final class FuzzTime: Sendable {
    let elapsed = Mutex(Duration.zero)
}

/// A Teleport and a Mattermost in memory. The input determines their state.
final class ReconcileWorld: Sendable {
    static let cluster = "mine"
    private static let silent = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }
    static let channels = ["channel1", "channel2", "channel3"]

    fileprivate struct State {
        var request: AccessRequest?
        var data: [String: String] = [:]
        var posts: [PostReference: PostedCard] = [:]
        var failures: [UInt8] = []
        var calls = 0
        var next = 0
    }

    let id: RequestID
    private let state: Mutex<State>
    private let time = FuzzTime()
    private let circuits: Circuits
    private let shows: Bool
    private let now: Timestamp
    private let settings: (notifies: Bool, reminds: Duration?)

    init(_ bytes: inout ByteSource) {
        id = RequestID("r-\(bytes.byte())") ?? { fatalError("a good id") }()
        var state = State()
        state.request = Self.request(id, &bytes)
        for _ in 0..<Int(bytes.byte()) % 20 { state.data[Self.key(&bytes)] = Self.value(&bytes) }
        for _ in 0..<Int(bytes.byte()) % 8 {
            let post = PostReference(channelID: bytes.pick(Self.channels), postID: "post\(bytes.byte() % 4)")
            state.posts[post] = Self.card(post, id, &bytes)
        }
        state.failures = (0..<Int(bytes.byte()) % 40).map { _ in bytes.byte() }
        shows = bytes.flag()
        now = Timestamp(milliseconds: bytes.integer())
        circuits = Circuits(logger: Self.silent) { [time] in time.elapsed.withLock { $0 } }
        settings = (bytes.flag(), bytes.flag() ? .seconds(Int64(bytes.byte())) : nil)
        self.state = Mutex(state)
    }

    var posts: [PostReference: PostedCard] { state.withLock { $0.posts } }
    var calls: Int { state.withLock { $0.calls } }

    /// Makes several runs over the request, as the plugin does when it tries again.
    func reconcile() async {
        let elapsed: @Sendable () -> Duration = { [time] in time.elapsed.withLock { $0 } }
        let clocks = Clocks(now: { self.now }, elapsed: elapsed)
        let rules = RecipientRules(always: Self.channels.prefix(2).compactMap { Recipient("t/\($0)") })
        let context = PostsContext(
            teleport: self, chat: self,
            recipients: Recipients(rules, chat: self, logger: Self.silent, elapsed: elapsed),
            cards: CardMaker(teleport: self, messages: Messages(), showsCommands: true, now: clocks.now), buttons: nil,
            policy: ApprovalPolicy(), replica: "me", rendering: Rendering(fingerprint: "none", since: now),
            options: .init(
                notifiesRequester: settings.notifies,
                reminders: settings.reminds.map { [ReminderStep(.beforeExpiry($0))] } ?? [],
                postingDelay: .zero),
            outage: { [circuits] in circuits.wait }, logger: Self.silent, clocks: clocks)
        let claims = ClaimAges(elapsed: elapsed)
        var memory = RunMemory()
        for _ in 0..<6 {
            _ = try? await ReconcileRun(context: context, claims: claims, id: id)(&memory)
            time.elapsed.withLock { $0 += .seconds(16) }
            if state.withLock({ $0.request }) == nil, shows { context.evidence.saw(.deleted, of: id, at: .zero) }
        }
    }

    // MARK: - Values from the input

    private static func request(_ id: RequestID, _ bytes: inout ByteSource) -> AccessRequest? {
        guard bytes.flag() else { return nil }
        let state: AccessRequest.State = bytes.pick([.pending, .approved, .denied, .promoted, .unknown(7), .pending])
        var request = AccessRequest(
            id: id, user: bytes.text(), roles: [bytes.text()], state: state, reason: bytes.text(), resolveReason: bytes.text(),
            created: Timestamp(milliseconds: bytes.integer()),
            expires: bytes.flag() ? Timestamp(milliseconds: bytes.integer()) : nil, suggestedReviewers: [bytes.text()])
        for _ in 0..<Int(bytes.byte()) % 60 {
            request.reviews.append(
                AccessReview(
                    author: bytes.text(), proposed: bytes.pick([.approved, .denied]),
                    created: Timestamp(milliseconds: bytes.integer())))
        }
        request.thresholds = [ReviewThreshold(approvals: Int(bytes.byte()) - 3, denials: Int(bytes.byte()) - 3)]
        return request
    }

    private static func key(_ bytes: inout ByteSource) -> String {
        let known = [
            "user", "roles", "messages", "resolution", "shown_progress", "review_replies", "reviews_count", "claim",
            "claim_since",
            "decision", "reviewed_by", "behind", "rendered", "resolved_at", "reminded", "reminder_steps", "channel_id",
            "post_id",
        ]
        return bytes.flag() ? bytes.pick(known) : bytes.text()
    }

    private static func value(_ bytes: inout ByteSource) -> String {
        let known = [
            "channel1/post1", "channel1/post1,channel2/post2,channel9/post0", "APPROVED", "EXPIRED", "DENIED", "STATE-99", "-1",
            "9223372036854775807", "-9223372036854775808", "other|1", "me|9223372036854775807", "x|-9223372036854775808",
            "approve|u|n|1|r", "post1=-1,post2=9223372036854775807", "f|9223372036854775807", "notice,post1", ",,,", "|||",
        ]
        return bytes.flag() ? bytes.pick(known) : bytes.text()
    }

    private static func card(_ post: PostReference, _ id: RequestID, _ bytes: inout ByteSource) -> PostedCard {
        PostedCard(
            reference: post, requestID: bytes.flag() ? id : nil,
            status: bytes.pick([
                nil, "pending", "approved", "denied", "promoted", "expired", "state-9223372036854775808", "state--1",
            ]),
            cluster: bytes.pick([nil, Self.cluster, "theirs"]), created: Timestamp(milliseconds: bytes.integer()),
            hasButtons: bytes.flag())
    }

    // MARK: - Calls

    /// Makes a call to Mattermost. It fails if the input says so, but its write may have happened all the same.
    fileprivate func chatCall<Value>(_ body: (inout State) -> Value) async throws(MattermostError) -> Value {
        try await circuits.chat.intercept(.read(.me)) { () throws(MattermostError) in try chatAnswer(body) }
    }

    private func chatAnswer<Value>(_ body: (inout State) -> Value) throws(MattermostError) -> Value {
        let (value, failure) = state.withLock { state in
            state.calls += 1
            let failure = state.failures.popLast() ?? 0
            let isDone = failure % 8 < 5 || failure % 8 == 7
            return (isDone ? body(&state) : nil, failure % 8)
        }
        switch failure {
        case 5: throw MattermostError(.forbidden, "forbidden", isDefinite: true)
        case 6, 7: throw MattermostError(.unreachable, "unreachable")
        default: break
        }
        guard let value else { throw MattermostError(.unreachable, "unreachable") }
        return value
    }

    fileprivate func teleportCall<Value>(_ body: (inout State) -> Value) async throws(TeleportError) -> Value {
        try await circuits.teleport.intercept(.read(.me)) { () throws(TeleportError) in try teleportAnswer(body) }
    }

    private func teleportAnswer<Value>(_ body: (inout State) -> Value) throws(TeleportError) -> Value {
        let (value, fails) = state.withLock { state in
            state.calls += 1
            let failure = state.failures.popLast() ?? 0
            return (body(&state), failure % 16 == 15)
        }
        if fails { throw TeleportError(.unavailable, "unavailable") }
        return value
    }
}

extension ReconcileWorld: AccessService {
    var clusterName: String? { Self.cluster }
    var webAddress: String? { nil }

    func request(_ id: RequestID) async throws(TeleportError) -> AccessRequest? { try await teleportCall { $0.request } }
    func requests() async throws(TeleportError) -> [AccessRequest] { try await teleportCall { $0.request.map { [$0] } ?? [] } }
    func showsAllRequests() async throws(TeleportError) -> Bool { shows }
    func pluginData(of id: RequestID) async throws(TeleportError) -> [String: String] { try await teleportCall { $0.data } }

    func updatePluginData(
        of id: RequestID, setting: [String: String], expecting: [String: String]
    ) async throws(TeleportError) {
        let isMet = try await teleportCall { state -> Bool in
            guard expecting.allSatisfy({ state.data[$0.key] ?? "" == $0.value }) else { return false }
            state.data = state.data.merging(setting) { $1 }.filter { !$0.value.isEmpty }
            return true
        }
        if !isMet { throw TeleportError(.conflict, "expectations not met") }
    }

    func decide(
        _ decision: Decision, on id: RequestID, delegator: String, reason: String
    ) async throws(TeleportError) {}

    func review(
        _ decision: Decision, of id: RequestID, as author: String?, reason: String
    ) async throws(TeleportError) -> AccessRequest { throw TeleportError(.unimplemented, "no reviews") }
}

extension ReconcileWorld: ChatService {
    private static let bot = ChatUser(id: "bot", username: "bot", email: "", isBot: true)

    func me() async throws(MattermostError) -> ChatUser { Self.bot }
    func clickerKey() async throws(MattermostError) -> String? { nil }
    func user(_ id: String) async throws(MattermostError) -> ChatUser { Self.bot }
    func user(named username: String) async throws(MattermostError) -> ChatUser { Self.bot }
    func isMember(_ userID: String, of channelID: String) async throws(MattermostError) -> Bool { true }
    func open(_ dialog: ReasonDialog, triggerID: Secret<String>) async throws(MattermostError) {}
    func user(emailed address: String) async throws(MattermostError) -> ChatUser { Self.bot }
    func teams(of userID: String) async throws(MattermostError) -> [TeamInfo] { [] }
    func channels(of userID: String, inTeam teamID: String) async throws(MattermostError) -> [ChannelInfo] { [] }
    func directChannelID(of botID: String, with userID: String) async throws(MattermostError) -> String { "channel3" }
    func replies(to post: PostReference, by botID: String) async throws(MattermostError) -> [PostedReply]? {
        try await chatCall { _ in [] }
    }
    func reply(_ reply: ThreadReply, to post: PostReference, pendingPostID: String) async throws(MattermostError) {
        try await chatCall { _ in }
    }

    func channel(team: String, channel: String) async throws(MattermostError) -> ChannelInfo {
        try await chatCall { _ in ChannelInfo(id: channel, name: channel, displayName: "") }
    }

    func createPost(_ card: Card, in channelID: String, pendingPostID: String) async throws(MattermostError) -> PostReference {
        try await chatCall { state in
            state.next += 1
            let post = PostReference(channelID: channelID, postID: "new\(state.next)")
            state.posts[post] = Self.posted(card, as: post)
            return post
        }
    }

    func updatePost(_ post: PostReference, to card: Card) async throws(MattermostError) {
        try await chatCall { state in if state.posts[post] != nil { state.posts[post] = Self.posted(card, as: post) } }
    }

    func deletePost(_ post: PostReference) async throws(MattermostError) { try await chatCall { $0.posts[post] = nil } }
    func post(_ post: PostReference) async throws(MattermostError) -> PostedCard? { try await chatCall { $0.posts[post] } }

    func cards(in channelID: String, by botID: String, from cursor: PageCursor?) async throws(MattermostError) -> CardPage {
        try await chatCall { state in
            CardPage(cards: state.posts.values.filter { $0.reference.channelID == channelID && $0.requestID != nil })
        }
    }

    private static func posted(_ card: Card, as post: PostReference) -> PostedCard {
        PostedCard(
            reference: post, requestID: card.requestID, status: card.status.name, cluster: card.cluster, created: nil,
            hasButtons: !card.buttons.isEmpty)
    }
}
