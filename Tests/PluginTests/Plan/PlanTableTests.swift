import Access
import Testing

@testable import Plugin

/// Every mix of what the request, the plugin data and the posts may be, run to its end.
@Suite("The planner, over all mixes of states")
struct PlanTableTests {
    enum Data: CaseIterable, Sendable {
        case none, claimedLive, claimedDead, claimedByMe, partlyPosted, posted, decisionClaimed, resolvedRight, resolvedWrong
        case original020, original732, original732Resolved
    }

    enum Posts: CaseIterable, Sendable {
        case missing, unrecorded, stale, right, deleted, doubled
    }

    static let states: [AccessRequest.State?] = [nil, .pending, .approved, .denied, .promoted, .unknown(9)]

    static let rows: [(AccessRequest.State?, Data, Posts)] = states.flatMap { state in
        Data.allCases.flatMap { data in Posts.allCases.map { (state, data, $0) } }
    }

    static let first = PostReference(channelID: "channel1", postID: "post1")
    static let second = PostReference(channelID: "channel1", postID: "post2")

    /// What the posts of a request in this state must show in the end.
    static func truth(_ state: AccessRequest.State?) -> String { state?.name ?? "expired" }

    static func world(_ state: AccessRequest.State?, _ data: Data, _ posts: Posts) -> PlanWorld {
        var world = PlanWorld(request: state)
        let isOriginal = [.original020, .original732, .original732Resolved].contains(data)
        let stale = state == .pending ? "approved" : "pending"
        let base = ["user": "alice", "roles": "editor"]
        let posted = base.merging(["messages": first.description]) { $1 }
        world.data =
            switch data {
            case .none: [:]
            case .claimedLive: ["claim": "other|1"]
            case .claimedDead: ["claim": "dead|1"]
            case .claimedByMe: ["claim": "me|1"]
            case .partlyPosted: posted.merging(["claim": "dead|1"]) { $1 }
            case .posted, .original732: posted
            case .decisionClaimed: posted.merging(["decision": "approve|u1|bob|1795212400000|dead"]) { $1 }
            case .resolvedRight:
                posted.merging(["resolution": state == .pending ? "" : truth(state).uppercased()]) { $1 }.filter {
                    !$0.value.isEmpty
                }
            case .resolvedWrong: posted.merging(["resolution": "STATE-7"]) { $1 }
            case .original020: base.merging(["channel_id": first.channelID, "post_id": first.postID]) { $1 }
            case .original732Resolved: posted.merging(["resolution": "DENIED", "resolve_reason": "no"]) { $1 }
            }
        if data == .partlyPosted { world.channels = ["channel1", "channel2"] }
        if data == .claimedDead { world.age = PostPlan.claimLifetime }
        let card = PlanWorld.Post(reference: first, status: isOriginal ? nil : truth(state), isCard: !isOriginal)
        world.posts =
            switch posts {
            case .missing: []
            case .unrecorded: [PlanWorld.Post(reference: second, status: "pending")]
            case .stale: [PlanWorld.Post(reference: first, status: isOriginal ? nil : stale, isCard: !isOriginal)]
            case .right: [card]
            case .deleted: [PlanWorld.Post(reference: first, status: "pending", isCard: !isOriginal, isDeleted: true)]
            case .doubled: [card, PlanWorld.Post(reference: second, status: stale)]
            }
        return world
    }

    /// Where the record has a post that is gone, a person deleted it.
    static func isRecorded(_ data: Data) -> Bool {
        ![.none, .claimedLive, .claimedDead, .claimedByMe].contains(data)
    }

    @Test("Every mix ends right, in a bounded number of calls, and a second run finds nothing to do", arguments: rows)
    func mix(_ state: AccessRequest.State?, _ data: Data, _ posts: Posts) {
        var world = Self.world(state, data, posts)
        // A sweep has looked through the channel, as one does at every start and every reconnect.
        let ended = world.run(withHint: true)
        #expect(ended)
        check(world, state, data, posts)
        #expect(world.callCount <= 14, "\(world.calls)")

        var again = world
        let endedAgain = again.run(withHint: true)
        #expect(endedAgain)
        #expect(again.posts == world.posts && again.data == world.data)
        let writes = ["write", "post", "update", "remove"].filter { again.calls[$0] != world.calls[$0] }
        #expect(writes.isEmpty, "\(again.calls) after \(world.calls)")
    }

    private func check(_ world: PlanWorld, _ state: AccessRequest.State?, _ data: Data, _ posts: Posts) {
        #expect(world.data["claim"] == nil)
        for channel in world.channels {
            let left = world.posts(in: channel)
            let isGone = Self.isRecorded(data) && [.missing, .deleted, .unrecorded].contains(posts) && channel == "channel1"
            let wasNever = !Self.isRecorded(data) && [.missing, .deleted].contains(posts)
            if isGone || (wasNever || channel == "channel2") && state != .pending {
                #expect(left.isEmpty, "not made again, and not made for a request that is no longer pending")
            } else {
                #expect(left.count == 1)
                #expect(isTrue(left.first, state, data), "shows \(left.first?.status ?? "nothing")")
            }
        }
    }

    private func isTrue(_ post: PlanWorld.Post?, _ state: AccessRequest.State?, _ data: Data) -> Bool {
        // A request that was decided before it went keeps the decision.
        if state == nil, data == .original732Resolved { return [nil, "denied", "expired"].contains(post?.status) }
        // The original showed it already, and says nothing that could be compared.
        if data == .original732Resolved, state == .denied, post?.isCard == false { return post?.status == nil }
        // An open post of the original's is left as it is.
        if post?.isCard == false, state == .pending { return [nil, "pending"].contains(post?.status) }
        return post?.status == Self.truth(state)
    }

    @Test("Nothing is expired for a role that is shown no requests", arguments: Data.allCases, Posts.allCases)
    func hidden(_ data: Data, _ posts: Posts) {
        var world = Self.world(.pending, data, posts)
        world.isHidden = true
        let before = world
        let ended = world.run(withHint: true)
        #expect(ended)
        #expect(world.posts == before.posts && world.data == before.data)
    }
}
