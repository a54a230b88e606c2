import Testing

@testable import Access

@Suite("The plan for a request's posts")
struct PostPlanTests {
    static let now = Timestamp(milliseconds: 1_795_212_453_332)
    static let channel = "channel1"
    static let post = PostReference(channelID: channel, postID: "post1")

    static func situation(
        _ state: AccessRequest.State?, _ fields: [String: String] = [:], channels: [String] = [channel]
    ) throws -> Situation {
        let id = try #require(RequestID("2ac7a19b-41ca-4cbf-a491-9a0009d3eef6"))
        let request = state.map {
            AccessRequest(id: id, user: "alice", roles: ["editor"], state: $0, created: now)
        }
        return Situation(
            id: id, replica: "me", cluster: "example.com", request: request, record: PluginRecord(fields),
            targets: channels.map { .init(channelID: $0, recipient: $0, isWanted: state == .pending) },
            rendering: PlanWorld.rendering)
    }

    func next(_ situation: Situation) -> PostPlan.Step { PostPlan.next(for: situation, now: Self.now) }

    @Test("A new pending request is claimed, posted, recorded, and then left alone")
    func newRequest() throws {
        var situation = try Self.situation(.pending)
        #expect(next(situation) == .claim(replacing: ""))
        situation.ownClaim = Claim(replica: "me", until: Self.now)
        situation.record = PluginRecord(["claim": "me|1"])
        #expect(next(situation) == .post(situation.targets))
        situation.wrote(Self.post, "pending")
        #expect(next(situation) == .record([Self.post]))
        situation.ownClaim = nil
        situation.record = PluginRecord(["messages": "channel1/post1", "rendered": PlanWorld.rendering.description])
        situation.confirm()
        #expect(next(situation) == .done)
    }

    @Test("A live claim of another replica is waited for, a dead one is taken over after a look for its post")
    func foreignClaim() throws {
        var situation = try Self.situation(.pending, ["claim": "other|1"])
        situation.claimAge = .seconds(5)
        #expect(next(situation) == .wait(PostPlan.claimLifetime - .seconds(5)))
        situation.claimAge = PostPlan.claimLifetime
        #expect(next(situation) == .claim(replacing: "other|1"))
        situation.ownClaim = Claim(replica: "me", until: Self.now)
        situation.isTakenOver = true
        #expect(next(situation) == .look([Self.channel]))
        situation.lookedThrough = [Self.channel]
        #expect(next(situation) == .post(situation.targets))
        situation.wrote(Self.post, "pending")
        #expect(next(situation) == .record([Self.post]))
    }

    @Test("A claim of this process that an earlier try gave up is taken over at once")
    func ownStaleClaim() throws {
        #expect(next(try Self.situation(.pending, ["claim": "me|1"])) == .claim(replacing: "me|1"))
    }

    @Test(
        "A request decided before anyone posted it is not posted",
        arguments: [AccessRequest.State.approved, .denied, .promoted])
    func decidedUnposted(_ state: AccessRequest.State) throws {
        #expect(next(try Self.situation(state)) == .done)
    }

    @Test("A crash between post and record is found even when the request was decided meanwhile")
    func decidedUnrecorded() throws {
        var situation = try Self.situation(.approved, ["claim": "other|1"])
        situation.claimAge = PostPlan.claimLifetime
        #expect(next(situation) == .claim(replacing: "other|1"))
        situation.ownClaim = Claim(replica: "me", until: Self.now)
        situation.isTakenOver = true
        #expect(next(situation) == .look([Self.channel]))
        situation.lookedThrough = [Self.channel]
        situation.wrote(Self.post, "pending")
        #expect(next(situation) == .record([Self.post]))
    }

    @Test("A decision is compared with each post, and only stale posts are written")
    func decided() throws {
        let other = PostReference(channelID: "channel2", postID: "post2")
        var situation = try Self.situation(.denied, ["messages": "channel1/post1,channel2/post2"])
        #expect(next(situation) == .read([Self.post, other]))
        situation.shown = [Self.post: .status("denied"), other: .status("pending")]
        let denied = Card.Status.denied(Card.Resolution(by: nil, at: Self.now))
        #expect(next(situation) == .update([other], denied))
        situation.shown[other] = .deleted
        #expect(next(situation) == .settle(denied, behind: []))
        situation.record = PluginRecord(["messages": "channel1/post1,channel2/post2", "resolution": "DENIED"])
        #expect(next(situation) == .done)
    }

    @Test("A decision that overrules a recorded one is written, whatever a read that may lag shows")
    func overruled() throws {
        var situation = try Self.situation(.denied, ["messages": "channel1/post1", "resolution": "APPROVED"])
        #expect(next(situation) == .read([Self.post]))
        situation.shown = [Self.post: .status("denied")]
        guard case .update([Self.post], .denied) = next(situation) else {
            Issue.record("\(next(situation))")
            return
        }
        situation.wrote(Self.post, "denied")
        guard case .settle(.denied, behind: []) = next(situation) else {
            Issue.record("\(next(situation))")
            return
        }
    }

    @Test("What was written to a post is confirmed by a write to the record, although the record says the same already")
    func confirmed() throws {
        var situation = try Self.situation(
            .pending, ["messages": "channel1/post1", "rendered": PlanWorld.rendering.description, "user": "alice"])
        #expect(next(situation) == .done)
        situation.wrote(Self.post, "pending")
        #expect(next(situation) == .settle(.pending, behind: []))
        situation.confirm()
        #expect(next(situation) == .done)
    }

    @Test("A post that this process has written over a recorded final state is mended first, whatever a read of it shows")
    func overwritten() throws {
        for resolution in ["DENIED", "EXPIRED"] {
            var situation = try Self.situation(
                nil, ["messages": "channel1/post1", "resolution": resolution, "claim": "other|1"])
            situation.overwriting = [Self.post: "pending"]
            #expect(next(situation) == .read([Self.post]))
            situation.shown = [Self.post: .status(resolution.lowercased())]
            guard case .update([Self.post], let status) = next(situation) else {
                Issue.record("\(next(situation))")
                continue
            }
            #expect(status.name == resolution.lowercased())
            situation.wrote(Self.post, status.name)
            #expect(next(situation) == .proveGone)
        }
    }

    @Test("A post is not written again if what this process wrote is right")
    func notOverwritten() throws {
        var situation = try Self.situation(.denied, ["messages": "channel1/post1", "resolution": "DENIED"])
        situation.overwriting = [Self.post: "denied"]
        #expect(next(situation) == .done)
    }

    @Test("The person who decided is named only if their decision is what the request shows")
    func decider() throws {
        let fields = ["messages": "channel1/post1", "decision": "approve|u1|bob|1795212400000|me"]
        let approved = try Self.situation(.approved, fields), denied = try Self.situation(.denied, fields)
        let resolution = Card.Resolution(by: "bob", at: Timestamp(milliseconds: 1_795_212_400_000))
        let request = try #require(approved.request), otherRequest = try #require(denied.request)
        #expect(PostPlan.status(of: request, in: approved.record, now: Self.now) == .approved(resolution))
        #expect(
            PostPlan.status(of: otherRequest, in: denied.record, now: Self.now)
                == .denied(Card.Resolution(by: nil, at: Self.now)))
    }

    @Test("A missing request expires its open posts only once it is shown to be gone")
    func gone() throws {
        var situation = try Self.situation(nil, ["messages": "channel1/post1", "user": "alice", "roles": "editor"])
        #expect(next(situation) == .proveGone)
        situation.isProvenGone = false
        #expect(next(situation) == .done)
        situation.isProvenGone = true
        #expect(next(situation) == .read([Self.post]))
        situation.shown = [Self.post: .status("pending")]
        #expect(next(situation) == .update([Self.post], .expired))
        situation.shown = [Self.post: .status("expired")]
        #expect(next(situation) == .settle(.expired, behind: []))
    }

    @Test("The posts of a removed request keep the decision that they show", arguments: ["APPROVED", "DENIED", "EXPIRED"])
    func goneAfterDecision(_ resolution: String) throws {
        #expect(next(try Self.situation(nil, ["messages": "channel1/post1", "resolution": resolution])) == .done)
    }

    @Test("An open post whose request and plugin data are both gone is expired when a sweep finds it")
    func goneWithoutData() throws {
        var situation = try Self.situation(nil)
        #expect(next(situation) == .done)
        situation.wrote(Self.post, "pending")
        #expect(next(situation) == .proveGone)
        situation.isProvenGone = true
        #expect(next(situation) == .update([Self.post], .expired))
        situation.shown = [Self.post: .status("expired")]
        #expect(next(situation) == .done)
    }

    @Test("A decision that was claimed and never made is released, but not before its replica had the time to make it")
    func abandonedDecision() throws {
        let claim = DecisionClaim(decision: .deny, userID: "u1", username: "bob", at: Self.now, replica: "other")
        var situation = try Self.situation(
            .pending,
            [
                "messages": "channel1/post1", "decision": claim.description,
                "rendered": PlanWorld.rendering.description,
            ])
        situation.decisionAge = .seconds(3)
        #expect(next(situation) == .wait(PostPlan.claimLifetime - .seconds(3)))
        situation.decisionAge = PostPlan.claimLifetime
        #expect(next(situation) == .releaseDecision(claim.description))
    }

    @Test("A request set back to pending gets its buttons again")
    func reopened() throws {
        var situation = try Self.situation(.pending, ["messages": "channel1/post1", "resolution": "APPROVED"])
        situation.shown = [Self.post: .status("approved")]
        #expect(next(situation) == .update([Self.post], .pending))
    }

    @Test("Posts of the original 0.2.0 and 7.3.2 are continued")
    func originalPosts() throws {
        let oldest = try Self.situation(.approved, ["user": "a", "roles": "b", "post_id": "post1", "channel_id": "channel1"])
        #expect(next(oldest) == .read([Self.post]))
        var old = try Self.situation(.approved, ["user": "a", "roles": "b", "messages": "channel1/post1"])
        old.shown = [Self.post: .status(nil)]
        #expect(next(old) == .update([Self.post], .approved(Card.Resolution(by: nil, at: Self.now))))
    }
}
