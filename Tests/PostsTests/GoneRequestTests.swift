import Access
import Clicks
import GRPCCore
import Mattermost
import PluginTestSupport
import Sandbox
import TestSupport
import Testing

@testable import Posts

extension Rig {
    /// Writes a status into a post, as another replica or the answer to a click does.
    func show(_ status: Card.Status, in post: PostReference, about id: RequestID) async throws {
        let subject = Subject(requestID: id, user: "dave", roles: ["editor"], reason: "")
        try await chat.updatePost(post, to: Card(subject, status: status, cluster: "sandbox.example"))
    }

    /// Removes a request, which the watch reported long enough ago that no other replica writes its decision any more.
    func remove(_ id: RequestID, as environment: Environment? = nil) {
        auth.delete(id.rawValue)
        (environment ?? self.environment).evidence.saw(.deleted, of: id, at: .zero - GoneEvidence.confirmation)
    }
}

@Suite("The posts of a request that is gone", .timeLimit(.minutes(1)))
struct GoneRequestTests {
    @Test("A decision that a click's answer showed is kept, if the process ended before recording it and the request is gone")
    func shownByClick() async throws {
        try await Rig.with { rig in
            let environment = rig.environment
            let id = try rig.request()
            try await rig.reconcile(id)
            let post = try rig.recordedPost(about: id)
            try await rig.show(.approved(nil), in: post, about: id)
            rig.remove(id)
            _ = try? await rig.reconcile(id, as: environment)
            #expect(try rig.state(ofOnlyPostAbout: id) == "approved")
            #expect(rig.data(of: id)["resolution"] == "APPROVED")
        }
    }

    @Test("An open post that a sweep has found is put right, although the record says that it shows the decision")
    func openAgain() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            try rig.auth.resolve(id.rawValue, .approved)
            try await rig.reconcile(id)
            let post = try rig.recordedPost(about: id)
            try await rig.show(.pending, in: post, about: id)
            rig.remove(id)
            let open = PostedCard(reference: post, requestID: id, status: "pending", cluster: "sandbox.example")
            #expect(try await rig.reconcile(id, found: [open]) == .settled)
            #expect(try rig.state(ofOnlyPostAbout: id) == "approved")
        }
    }

    @Test("What an earlier run remembered of a post is not believed once its request is gone")
    func remembered() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            let post = try rig.recordedPost(about: id)
            try await rig.show(.denied(nil), in: post, about: id)
            rig.remove(id)
            let open = PostedCard(reference: post, requestID: id, status: "pending", cluster: "sandbox.example")
            _ = try? await rig.reconcile(id, found: [open])
            #expect(try rig.state(ofOnlyPostAbout: id) == "denied")
        }
    }

    @Test("A decision that the watch told, and no read until the request was deleted, is shown, whatever was recorded before")
    func toldByWatch() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            try rig.auth.resolve(id.rawValue, .approved)
            try await rig.reconcile(id)
            rig.auth.delete(id.rawValue)
            let evidence = rig.environment.evidence
            for fact in [Sight.Fact.resolved(.denied), .deleted] { evidence.saw(fact, of: id, at: rig.environment.elapsed()) }
            _ = try? await rig.reconcile(id)
            #expect(try rig.state(ofOnlyPostAbout: id) == "denied")
            #expect(rig.data(of: id)["resolution"] == "DENIED")
        }
    }

    @Test("A decision that this process made itself is kept if the watch did not tell it before the request was gone")
    func ownDecision() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            let reconciler = Reconciler(rig.environment.posts, health: Health())
            #expect(await rig.answer(try rig.click(.deny, on: id), tell: reconciler.sawClick).isDecided)
            rig.remove(id)
            _ = try await rig.reconcile(id)
            #expect(try rig.state(ofOnlyPostAbout: id) == "denied")
        }
    }

    @Test("A decision that the watch told counts more than one that this process has made itself")
    func laterDecision() throws {
        let id = try #require(RequestID("request-1"))
        let evidence = GoneEvidence()
        evidence.saw(.resolved(.approved), of: id, at: .zero)
        #expect(!evidence.decided(id, .denied, at: .seconds(1)))
        #expect(evidence.sight(of: id)?.decision == .approved)
    }

    @Test("A request that was missing before the connection was lost is left to the others for a moment")
    func missingBefore() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            rig.auth.delete(id.rawValue)
            for fact in [nil, Sight.Fact.deleted] {
                let environment = rig.replica
                if let fact { environment.evidence.saw(fact, of: id, at: .seconds(-60)) }
                environment.evidence.missed(id, at: .seconds(-60))
                environment.evidence.startOver(at: environment.elapsed())
                guard case .later = try await rig.reconcile(id, as: environment) else {
                    Issue.record("\(fact?.name ?? "missing") is believed")
                    return
                }
            }
            #expect(try rig.state(ofOnlyPostAbout: id) == "pending")
        }
    }

    @Test("A request that has just been deleted without a decision that this replica saw is left to the others for a moment")
    func decidedElsewhere() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            rig.auth.delete(id.rawValue)
            var environment = rig.environment
            let time = Moment()
            environment.elapsed = { time.value }
            environment.evidence.saw(.deleted, of: id, at: time.value)
            #expect(try await rig.reconcile(id, as: environment) == .later(GoneEvidence.confirmation))
            #expect(try rig.state(ofOnlyPostAbout: id) == "pending")
            try await rig.show(.denied(nil), in: rig.recordedPost(about: id), about: id)
            time.pass(GoneEvidence.confirmation)
            _ = try await rig.reconcile(id, as: environment)
            #expect(try rig.state(ofOnlyPostAbout: id) == "denied")
            #expect(rig.data(of: id)["resolution"] == "DENIED")
        }
    }

    @Test("No post is marked expired while another one cannot be read")
    func unreadForNow() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            rig.remove(id)
            rig.mattermost.faults.inject(.internalError, path: "/api/v4/posts", method: "GET", times: 4)
            await #expect(throws: MattermostError.self) { try await rig.reconcile(id) }
            #expect(try rig.state(ofOnlyPostAbout: id) == "pending")
            rig.mattermost.faults.clear()
            rig.environment.evidence.saw(.deleted, of: id, at: .zero - GoneEvidence.confirmation)
            #expect(try await rig.reconcile(id) == .settled)
            #expect(try rig.state(ofOnlyPostAbout: id) == "expired")
        }
    }

    @Test("A post that cannot be written at the moment is not given up when its request is gone")
    func unwrittenForNow() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            rig.remove(id)
            rig.mattermost.faults.inject(.internalError, path: "/patch", method: "PUT", times: 4)
            await #expect(throws: MattermostError.self) { try await rig.reconcile(id) }
            #expect(try rig.state(ofOnlyPostAbout: id) == "pending")
            #expect(SweepPlan(rendering: rig.environment.rendering).isAmiss(PluginRecord(rig.data(of: id))))
            rig.mattermost.faults.clear()
            #expect(try await rig.reconcile(id) == .settled)
            #expect(try rig.state(ofOnlyPostAbout: id) == "expired")
            #expect(rig.data(of: id)["behind"] == nil)
        }
    }

    @Test("A post in a channel that was closed when its request went is brought up to date when the channel is open again")
    func closedForAWhile() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            try rig.mattermost.archive(channelNamed: "access-requests")
            rig.remove(id)
            var memory = RunMemory()
            guard case .failed = try await rig.reconcile(id, &memory) else {
                Issue.record("given up at once")
                return
            }
            #expect(try rig.state(ofOnlyPostAbout: id) == "pending")
            try rig.mattermost.unarchive(channelNamed: "access-requests")
            #expect(try await rig.reconcile(id, &memory) == .settled)
            #expect(try rig.state(ofOnlyPostAbout: id) == "expired")
            #expect(rig.data(of: id)["behind"] == nil)
        }
    }

    @Test("A post that nobody recorded, in a channel closed when its request went, expires when the channel is open again")
    func unrecordedAndClosed() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            let key = PluginRecord.Key.self
            let begun = "\(Timestamp.now.advanced(by: .seconds(-60)).milliseconds)"
            try rig.auth.setPluginData(id.rawValue, of: "mattermost", [key.messages: "", key.claimSince: begun])
            try rig.mattermost.world.change { state, _ in state.channels[0].members.remove(state.bot?.id ?? "") }
            rig.remove(id)
            _ = try? await rig.reconcile(id)
            #expect(rig.data(of: id)[key.claimSince] == begun)
            try rig.mattermost.world.change { state, _ in state.channels[0].members.insert(state.bot?.id ?? "") }
            rig.environment.evidence.saw(.deleted, of: id, at: .zero - GoneEvidence.confirmation)
            _ = try? await rig.reconcile(id)
            #expect(try rig.state(ofOnlyPostAbout: id) == "expired")
            #expect(rig.data(of: id)[key.claimSince] == nil)
        }
    }
}
