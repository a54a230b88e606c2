import Access
import Mattermost
import PluginTestSupport
import Sandbox
import Synchronization
import Testing

@testable import Posts

@Suite("Reconciling a request", .timeLimit(.minutes(1)))
struct ReconcileTests {
    @Test("A new request is posted once, recorded with what a later reader needs, and then left alone")
    func posts() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            #expect(try await rig.reconcile(id) == .settled)
            #expect(try await rig.reconcile(id) == .settled)
            #expect(try rig.state(ofOnlyPostAbout: id) == "pending")
            let post = try #require(try rig.posts(about: id).first)
            #expect(
                rig.data(of: id) == [
                    "user": "dave", "roles": "editor", "request_reason": "why", "messages": "\(post.channelID)/\(post.id)",
                    "rendered": rig.environment.rendering.description,
                ])
        }
    }

    // libcurl repeats a call once if a connection that it kept ends without an answer. So one failed call needs two lost
    // answers.
    @Test("An answer that got lost after the post was made does not double it")
    func lostAnswer() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            rig.mattermost.faults.inject(.loseAnswer, path: "/api/v4/posts", method: "POST", times: 2)
            await #expect(throws: MattermostError.self) { try await rig.reconcile(id) }
            #expect(try await rig.reconcile(id) == .settled)
            #expect(try rig.state(ofOnlyPostAbout: id) == "pending")
        }
    }

    @Test("A replica that died between claim and record is waited for, then its post is adopted")
    func deadReplica() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            let dead = rig.replica
            rig.mattermost.faults.inject(.loseAnswer, path: "/api/v4/posts", method: "POST", times: 2)
            await #expect(throws: MattermostError.self) { try await rig.reconcile(id, as: dead) }

            let time = Mutex(Duration.zero)
            let claims = ClaimAges(elapsed: { time.withLock { $0 } })
            #expect(try await rig.reconcile(id, claims: claims) == .later(PostPlan.claimLifetime))
            time.withLock { $0 = PostPlan.claimLifetime }
            #expect(try await rig.reconcile(id, claims: claims) == .settled)
            #expect(try rig.state(ofOnlyPostAbout: id) == "pending")
            #expect(rig.data(of: id)["claim"] == nil)
        }
    }

    @Test("Many replicas at once make one post")
    func replicas() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            await withDiscardingTaskGroup { group in
                for replica in (0..<8).map({ _ in rig.replica }) {
                    group.addTask { _ = try? await rig.reconcile(id, as: replica) }
                }
            }
            #expect(try rig.state(ofOnlyPostAbout: id) == "pending")
        }
    }

    @Test("A decision made elsewhere is shown, and recorded as the original plugin writes it")
    func decidedElsewhere() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            try rig.auth.resolve(id.rawValue, .denied)
            try await rig.reconcile(id)
            #expect(try rig.state(ofOnlyPostAbout: id) == "denied")
            #expect(rig.data(of: id)["resolution"] == "DENIED")
        }
    }

    @Test("The post of a removed request becomes expired; one that showed an approval keeps it")
    func gone() async throws {
        try await Rig.with { rig in
            let open = try rig.request(), approved = try rig.request()
            for id in [open, approved] { try await rig.reconcile(id) }
            try rig.auth.resolve(approved.rawValue, .approved)
            try await rig.reconcile(approved)
            for id in [open, approved] {
                rig.auth.delete(id.rawValue)
                rig.environment.evidence.saw(.deleted, of: id, at: .zero - GoneEvidence.confirmation)
                try await rig.reconcile(id)
            }
            #expect(try rig.state(ofOnlyPostAbout: open) == "expired")
            #expect(try rig.state(ofOnlyPostAbout: approved) == "approved")
        }
    }

    @Test("A post that a person deleted is not made again")
    func deletedPost() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            let post = try #require(try rig.posts(about: id).first)
            try rig.mattermost.world.change { state, _ in state.deletePost(post.id) }
            try rig.auth.resolve(id.rawValue, .approved)
            // A post that cannot be found is looked for again, because the server may have read from a database replica that
            // lags.
            var memory = RunMemory()
            #expect(try await rig.reconcile(id, &memory) == .later(PostPlan.settling))
            #expect(try await rig.reconcile(id, as: rig.environment(after: PostPlan.settling), &memory) == .settled)
            #expect(try rig.posts(about: id).isEmpty)
            #expect(rig.data(of: id)["behind"] == nil)
        }
    }

    @Test("A sweep finds requests that the watch missed, and open posts whose request and data are gone")
    func sweep() async throws {
        try await Rig.with { rig in
            let id = try rig.request(), orphan = try #require(RequestID("00000000-0000-4000-8000-000000000000"))
            let channel = Rig.channel
            let subject = Subject(requestID: orphan, user: "erin", roles: ["dba"], reason: "")
            _ = try await rig.chat.createPost(
                Card(subject, status: .pending, cluster: "sandbox.example"), in: channel,
                pendingPostID: "\(try await rig.environment.recipients.botID()):x")
            let reconciler = Reconciler(rig.environment.posts, health: rig.health)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await reconciler.run() }
                try await Sweep(rig.environment.posts, reconciler)()
                try await ChannelSweep(rig.environment.posts, reconciler, clock: .continuous)()
                for await _ in rig.mattermost.world.bell.changes() {
                    let states = [id, orphan].map { try? rig.state(ofOnlyPostAbout: $0) }
                    if states == ["pending", "expired"] { break }
                }
                group.cancelAll()
            }
        }
    }

    @Test("A second post of the same request, as a replica that was frozen leaves it, is removed when a sweep finds it")
    func doubled() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            let channel = Rig.channel
            let botID = try await rig.environment.recipients.botID()
            let subject = Subject(requestID: id, user: "dave", roles: ["editor"], reason: "")
            _ = try await rig.chat.createPost(Card(subject, status: .pending), in: channel, pendingPostID: "\(botID):other")
            let recorded = rig.data(of: id)["messages"]
            let cards = try await rig.chat.recentCards(in: channel, by: botID, since: Timestamp(milliseconds: 0), limit: 100)
            #expect(cards.count == 2)
            #expect(ChannelSweep.areAmiss(cards, state: "pending", cluster: "sandbox.example"))
            #expect(try await rig.reconcile(id, found: cards) == .settled)
            #expect(try rig.state(ofOnlyPostAbout: id) == "pending")
            #expect(rig.data(of: id)["messages"] == recorded)
        }
    }

    @Test("A late update that overwrote a newer, recorded one is corrected when a sweep finds it")
    func lateUpdate() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            try rig.auth.resolve(id.rawValue, .denied)
            try await rig.reconcile(id)
            let post = try #require(try rig.posts(about: id).first)
            let reference = PostReference(channelID: post.channelID, postID: post.id)
            let subject = Subject(requestID: id, user: "dave", roles: ["editor"], reason: "")
            try await rig.chat.updatePost(reference, to: Card(subject, status: .approved(nil)))
            try await rig.reconcile(id)
            #expect(try rig.state(ofOnlyPostAbout: id) == "approved")
            let card = PostedCard(reference: reference, requestID: id, status: "approved")
            #expect(ChannelSweep.areAmiss([card], state: "denied", cluster: nil))
            try await rig.reconcile(id, found: [card])
            #expect(try rig.state(ofOnlyPostAbout: id) == "denied")
        }
    }

    @Test("A sweep has to look at posts that do not show the state, and at second posts in a channel")
    func amiss() {
        func card(_ channel: String, _ status: String?, of cluster: String? = "mine") -> PostedCard {
            PostedCard(
                reference: PostReference(channelID: channel, postID: "p\(channel)"), requestID: nil, status: status,
                cluster: cluster)
        }
        func areAmiss(_ cards: [PostedCard], state: String?) -> Bool {
            ChannelSweep.areAmiss(cards, state: state, cluster: "mine")
        }
        #expect(!areAmiss([card("a", "pending"), card("b", "pending")], state: "pending"))
        #expect(areAmiss([card("a", "pending"), card("a", "pending")], state: "pending"))
        #expect(areAmiss([card("a", "pending")], state: "approved"))
        #expect(areAmiss([card("a", "pending")], state: nil))
        #expect(!areAmiss([card("a", "approved")], state: nil))
        #expect(!areAmiss([card("a", "pending", of: "theirs")], state: nil))
        #expect(!areAmiss([card("a", "pending", of: nil)], state: nil))
        #expect(areAmiss([card("a", "pending", of: nil)], state: "denied"))
    }

    @Test(
        "The only request, deleted while nobody watched, expires its post for a role that may list, and for no other",
        arguments: [true, false])
    func goneUnseen(_ mayList: Bool) async throws {
        // The plugin data is readable in both cases.
        let permissions = AuthPermission.plugin.filter { mayList || $0.verb != "list" }
            .union([AuthPermission("list", "access_plugin_data")])
        try await Rig.with(permissions: permissions) { rig in
            let id = try rig.request()
            let channel = Rig.channel
            let subject = Subject(requestID: id, user: "dave", roles: ["editor"], reason: "")
            let post = try await rig.chat.createPost(Card(subject, status: .pending), in: channel, pendingPostID: "")
            try await rig.environment.teleport.updatePluginData(
                of: id, setting: ["messages": post.description, "user": "dave"], expecting: [:])
            rig.auth.delete(id.rawValue)
            guard case .later = try await rig.reconcile(id) else {
                Issue.record("believed at first sight")
                return
            }
            let later = rig.environment(after: GoneEvidence.confirmation)
            // A role that may list again is not enough: the request must be missing after that was seen.
            try await rig.reconcile(id, as: later)
            #expect(try rig.state(ofOnlyPostAbout: id) == "pending")
            try await rig.reconcile(id, as: later)
            #expect(try rig.state(ofOnlyPostAbout: id) == (mayList ? "expired" : "pending"))
        }
    }
}
