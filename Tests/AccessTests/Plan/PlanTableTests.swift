import Testing

@testable import Access

/// Runs the planner to its end for every combination of the request's state, the plugin data, the posts and the recipients.
@Suite("The planner, with all combinations of states")
struct PlanTableTests {
    enum Data: CaseIterable, Sendable {
        case none, claimedLive, claimedDead, claimedByMe, unseen, partlyPosted, posted, decisionClaimed
        case resolvedRight, resolvedWrong, behind, original020, original732, original732Resolved, newer, damaged
    }

    /// The condition of the post in the first channel.
    enum Posts: CaseIterable, Sendable {
        case missing, unrecorded, stale, right, final, deleted, doubled, foreign, unreadable, uneditable
    }

    enum Recipients: CaseIterable, Sendable { case one, twoOfWhichOneRefuses }

    static let states: [AccessRequest.State?] = [nil, .pending, .approved, .denied, .promoted, .unknown(9)]

    static let rows: [(AccessRequest.State?, Data)] = states.flatMap { state in Data.allCases.map { (state, $0) } }

    static let first = PostReference(channelID: "channel1", postID: "post1")
    static let second = PostReference(channelID: "channel1", postID: "post2")

    /// Returns the status that the posts of a request in this state must show in the end, unless they showed a decision before.
    static func truth(_ state: AccessRequest.State?) -> String { state?.name ?? "expired" }

    static func world(
        _ state: AccessRequest.State?, _ data: Data, _ posts: Posts, _ recipients: Recipients = .one
    ) -> PlanWorld {
        var world = PlanWorld(request: state)
        world.data = record(data, state)
        if data == .partlyPosted || recipients == .twoOfWhichOneRefuses { world.channels = ["channel1", "channel2"] }
        if recipients == .twoOfWhichOneRefuses { world.closed = ["channel2"] }
        if data == .claimedDead { world.age = PostPlan.claimLifetime }
        world.posts = Self.posts(posts, state, isOriginal: isOriginal(data))
        return world
    }

    private static func record(_ data: Data, _ state: AccessRequest.State?) -> [String: String] {
        let base = ["user": "alice", "roles": "editor"]
        let posted = base.merging(["messages": first.description, "rendered": PlanWorld.rendering.description]) { $1 }
        let original = base.merging(["messages": first.description]) { $1 }
        func with(_ more: [String: String]) -> [String: String] {
            posted.merging(more) { $1 }.filter { !$0.value.isEmpty }
        }
        let right = state == .pending ? "" : truth(state).uppercased()
        return switch data {
        case .none: [:]
        case .claimedLive: ["claim": "other|1"]
        case .claimedDead: ["claim": "dead|1", "claim_since": "1"]
        case .claimedByMe: ["claim": "me|1", "claim_since": "1"]
        case .unseen: base.merging(["claim_since": "1", "resolution": right]) { $1 }.filter { !$0.value.isEmpty }
        case .partlyPosted: with(["claim": "dead|1"])
        case .posted: posted
        case .decisionClaimed: with(["decision": "approve|u1|bob|1795212400000|dead"])
        case .resolvedRight: with(["resolution": right])
        case .resolvedWrong: with(["resolution": "STATE-7"])
        case .behind: with(["resolution": right, "behind": first.postID])
        case .original020: base.merging(["channel_id": first.channelID, "post_id": first.postID]) { $1 }
        case .original732: original
        case .original732Resolved: original.merging(["resolution": "DENIED", "resolve_reason": "no"]) { $1 }
        case .newer: with(["a_key_of_2030": "{}", "resolution": right, "rendered": "f9|\(Int64.max)"])
        case .damaged:
            [
                "messages": "channel1/post1,,x/,channel1/post1", "reviews_count": "-1", "review_replies": "post1=-9,=,x",
                "claim": "|||", "decision": "approve|", "resolved_at": "99999999999999999999", "rendered": "|", "behind": ",,",
            ]
        }
    }

    private static func posts(_ posts: Posts, _ state: AccessRequest.State?, isOriginal: Bool) -> [PlanWorld.Post] {
        let stale = state == .pending ? "approved" : "pending"
        func post(_ status: String) -> PlanWorld.Post {
            PlanWorld.Post(
                reference: first, status: isOriginal ? nil : status, isCard: !isOriginal,
                cluster: isOriginal ? nil : PlanWorld.cluster)
        }
        func post(_ status: String, _ change: (inout PlanWorld.Post) -> Void) -> [PlanWorld.Post] {
            var post = post(status)
            change(&post)
            return [post]
        }
        return switch posts {
        case .missing: []
        case .unrecorded: [PlanWorld.Post(reference: second, status: "pending")]
        case .stale: [post(stale)]
        case .right: [post(truth(state))]
        case .final: [PlanWorld.Post(reference: first, status: "promoted", hasButtons: false)]
        case .deleted: post("pending") { $0.isDeleted = true }
        case .doubled: [post(truth(state)), PlanWorld.Post(reference: second, status: stale)]
        case .foreign: [PlanWorld.Post(reference: first, status: "pending", cluster: "other.example")]
        case .unreadable: post(stale) { $0.isReadable = false }
        case .uneditable: post(stale) { $0.isEditable = false }
        }
    }

    static func isOriginal(_ data: Data) -> Bool { [.original020, .original732, .original732Resolved].contains(data) }

    /// Whether the record names the first post. If it does and the post is missing, a person has deleted it.
    static func isRecorded(_ data: Data) -> Bool {
        ![.none, .claimedLive, .claimedDead, .claimedByMe, .unseen].contains(data)
    }

    @Test(
        "Every combination ends with right posts after a bounded number of calls, and a second run finds nothing to do",
        arguments: rows)
    func mix(_ state: AccessRequest.State?, _ data: Data) {
        for posts in Posts.allCases {
            for recipients in Recipients.allCases { mix(state, data, posts, recipients) }
        }
    }

    private func mix(_ state: AccessRequest.State?, _ data: Data, _ posts: Posts, _ recipients: Recipients) {
        let context = "\(state.map { "\($0)" } ?? "gone"), \(data), \(posts), \(recipients)"
        let begin = Self.world(state, data, posts, recipients)
        var world = begin
        // This run knows which posts the channels have, because a channel sweep runs at every start.
        let ended = world.run(withHint: true)
        #expect(ended, "did not end: \(context)")
        #expect(world.callCount <= 18, "\(world.calls): \(context)")
        #expect(world.data["claim"] == nil, "the claim is left: \(context)")
        checkFinality(from: begin, to: world, context)
        checkPosts(world, state, data, posts, context)

        var again = world
        let endedAgain = again.run(withHint: true)
        #expect(endedAgain, "did not end again: \(context)")
        #expect(again.posts == world.posts && again.data == world.data, "changed again: \(context)")
        // The plugin tries again to post to a recipient that refused, or to look there for a lost post, and needs a claim for that.
        let isRetried = recipients == .twoOfWhichOneRefuses && (state == .pending || world.data["claim_since"] != nil)
        let writes = (isRetried ? [] : ["write"] + ["post", "update", "remove"]).filter { again.calls[$0] != world.calls[$0] }
        #expect(writes.isEmpty, "\(again.calls) after \(world.calls): \(context)")
    }

    /// Checks that no post changes from a decision to EXPIRED, and that another cluster's post stays as it is.
    private func checkFinality(from begin: PlanWorld, to end: PlanWorld, _ context: String) {
        for post in begin.posts {
            let left = end.posts.first { $0.reference == post.reference }
            if post.isForeign { #expect(left == post, "a foreign post was touched: \(context)") }
            if !post.isEditable, left != nil { #expect(left == post, "an uneditable post changed: \(context)") }
            guard let status = post.status, Card.Status(final: status) != nil else { continue }
            #expect(left?.status != "expired", "a decision was lost: \(context)")
        }
    }

    private func checkPosts(
        _ world: PlanWorld, _ state: AccessRequest.State?, _ data: Data, _ posts: Posts, _ context: String
    ) {
        let left = world.posts(in: "channel1")
        switch posts {
        case .unreadable, .uneditable: return #expect(left.count >= 1, "\(context)")
        case .missing, .deleted, .foreign, .unrecorded:
            // A post is not made again if the record named it, and not made for a request that is no longer pending.
            let isGone = Self.isRecorded(data) && posts != .foreign
            let isUnknown = posts == .unrecorded && !isGone
            guard isUnknown || !isGone && state == .pending else {
                return #expect(left.isEmpty, "\(left): \(context)")
            }
        case .stale, .right, .final, .doubled: break
        }
        #expect(left.count == 1, "\(left.count) posts: \(context)")
        #expect(isTrue(left.first, state, data, posts), "shows \(left.first?.status ?? "nothing"): \(context)")
    }

    private func isTrue(_ post: PlanWorld.Post?, _ state: AccessRequest.State?, _ data: Data, _ posts: Posts) -> Bool {
        // If a request was decided before it was removed, its post keeps the decision.
        if state == nil {
            if posts == .final { return post?.status == "promoted" || data == .original732Resolved && post?.status == "denied" }
            if data == .original732Resolved { return [nil, "denied"].contains(post?.status) }
            if data == .resolvedWrong { return ["state-7", "expired", "pending"].contains(post?.status) }
        }
        // The original plugin's post shows the denial already. It has no status that could be compared.
        if data == .original732Resolved, state == .denied, post?.isCard == false { return post?.status == nil }
        return post?.status == Self.truth(state)
    }

    @Test("No post is marked expired if the plugin's role is shown no requests", arguments: Data.allCases)
    func hidden(_ data: Data) {
        for posts in Posts.allCases {
            var world = Self.world(.pending, data, posts)
            world.isHidden = true
            let before = world
            let ended = world.run(withHint: true)
            #expect(ended)
            #expect(world.posts == before.posts && world.data == before.data, "\(data), \(posts)")
        }
    }
}
