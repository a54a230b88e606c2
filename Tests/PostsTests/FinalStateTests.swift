import Access
import GRPCCore
import Mattermost
import PluginTestSupport
import Sandbox
import TestSupport
import Testing

@testable import Posts

@Suite("A final state is final", .timeLimit(.minutes(1)))
struct FinalStateTests {
    /// Adds a channel in which the bot can post but not edit, because it is no member.
    private func addChannelWithoutBot(_ name: String, _ rig: Rig) throws {
        try rig.mattermost.world.change { state, _ in
            guard let first = state.channels.first else { return }
            var channel = first
            channel.id = "kpygwdyjubydfne5nshbuea4ga"
            (channel.name, channel.displayName) = (name, name)
            channel.members.remove(state.bot?.id ?? "")
            state.channels.append(channel)
        }
    }

    private func states(_ rig: Rig, _ id: RequestID) throws -> [String: String] {
        Dictionary(
            try rig.posts(about: id).map { ($0.channelID, $0.props["teleport"]?["state"]?.text ?? "") }
        ) { first, _ in first }
    }

    private func end(_ id: RequestID, _ rig: Rig, as environment: Environment) async throws {
        rig.remove(id, as: environment)
        _ = try? await rig.reconcile(id, as: environment)
    }

    @Test("A post that cannot be edited is recorded, and the other one keeps the decision when the access ends")
    func oneUneditable() async throws {
        try await Rig.with { rig in
            try addChannelWithoutBot("closed", rig)
            let environment = rig.environment(telling: ["acme/access-requests", "acme/closed"])
            let id = try rig.request()
            try await rig.reconcile(id, as: environment)
            #expect(try rig.posts(about: id).count == 2)
            try rig.auth.resolve(id.rawValue, .approved)
            await #expect(throws: Hindrance.self) { try await rig.reconcile(id, as: environment) }
            #expect(try states(rig, id)[Rig.channel] == "approved")
            #expect(rig.data(of: id)["resolution"] == "APPROVED")
            #expect(rig.data(of: id)["behind"]?.isEmpty == false)
            try await end(id, rig, as: environment)
            #expect(try states(rig, id)[Rig.channel] == "approved")
        }
    }

    @Test("A post that is behind is brought up to date when the bot may edit it again")
    func mended() async throws {
        try await Rig.with { rig in
            try addChannelWithoutBot("closed", rig)
            let environment = rig.environment(telling: ["acme/access-requests", "acme/closed"])
            let id = try rig.request()
            try await rig.reconcile(id, as: environment)
            try rig.auth.resolve(id.rawValue, .denied)
            await #expect(throws: Hindrance.self) { try await rig.reconcile(id, as: environment) }
            try rig.mattermost.world.change { state, _ in
                let bot = state.bot?.id ?? ""
                for index in state.channels.indices { state.channels[index].members.insert(bot) }
            }
            #expect(try await rig.reconcile(id, as: environment) == .settled)
            #expect(try states(rig, id).values.allSatisfy { $0 == "denied" })
            #expect(rig.data(of: id)["behind"] == nil)
        }
    }

    @Test("A decision that overruled another one is shown, even if a write that shows the other one takes effect later")
    func overruled() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            try rig.auth.resolve(id.rawValue, .approved)
            try await rig.reconcile(id)
            try rig.auth.resolve(id.rawValue, .denied)
            var memory = RunMemory()
            guard case .later(let wait) = try await rig.reconcile(id, &memory) else {
                Issue.record("The posts are not looked at again.")
                return
            }
            #expect(wait <= PostPlan.settling)
            try await rig.show(.approved(nil), in: rig.recordedPost(about: id), about: id)
            #expect(try await rig.reconcile(id, as: rig.environment(after: PostPlan.settling), &memory) == .settled)
            #expect(try rig.state(ofOnlyPostAbout: id) == "denied")
        }
    }

    @Test("What a run wrote and could not record is not believed later, if its decision overruled another one")
    func overruledUnrecorded() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            try rig.auth.resolve(id.rawValue, .approved)
            try await rig.reconcile(id)
            try rig.auth.resolve(id.rawValue, .denied)
            var memory = RunMemory()
            rig.auth.faults.next(of: "UpdatePluginData", .answer(.internalError, "broken"))
            await #expect(throws: TeleportError.self) { try await rig.reconcile(id, &memory) }
            #expect(try rig.state(ofOnlyPostAbout: id) == "denied")
            try await rig.show(.approved(nil), in: rig.recordedPost(about: id), about: id)
            for round in 1...3 {
                let environment = rig.environment(after: PostPlan.settling * round)
                if try await rig.reconcile(id, as: environment, &memory) == .settled { break }
            }
            #expect(try rig.state(ofOnlyPostAbout: id) == "denied")
        }
    }

    @Test("A post that was refreshed as pending a moment before a decision is read again after a moment")
    func refreshedBefore() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            let now = Timestamp.now
            try rig.auth.setPluginData(id.rawValue, of: "mattermost", ["refreshed_at": "\(now.milliseconds)"])
            try rig.auth.resolve(id.rawValue, .denied)
            let post = try rig.recordedPost(about: id)
            try await rig.show(.denied(nil), in: post, about: id)
            var memory = RunMemory()
            #expect(try await rig.reconcile(id, &memory) == .later(PostPlan.settling))
            #expect(rig.data(of: id)["resolution"] == "DENIED")
            try await rig.show(.pending, in: post, about: id)
            #expect(try await rig.reconcile(id, &memory) == .settled)
            #expect(try rig.state(ofOnlyPostAbout: id) == "denied")
        }
    }

    @Test("Request and record are read again before a post is written if they were read long ago", arguments: [true, false])
    func readLongAgo(isSlow: Bool) async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            try rig.auth.resolve(id.rawValue, .approved)
            let teleport = ObservedTeleport(rig.environment.teleport)
            var environment = rig.environment(with: teleport)
            let time = Moment()
            environment.elapsed = {
                time.pass(isSlow ? .seconds(1) : .milliseconds(1))
                return time.value
            }
            #expect(try await rig.reconcile(id, as: environment) == .settled)
            // The record is read after the request as well, because it may tell who has decided.
            let reads = ["record", "request", "record"]
            #expect(teleport.calls == reads + (isSlow ? reads : []) + ["write"])
            #expect(try rig.state(ofOnlyPostAbout: id) == "approved")
        }
    }

    @Test("The watch shows that a decision was overruled until the request is settled")
    func overruledInWatch() throws {
        let id = try #require(RequestID("request-1"))
        let evidence = GoneEvidence()
        evidence.saw(.resolved(.approved), of: id, at: .zero)
        #expect(evidence.sight(of: id)?.isOverruling == false)
        evidence.saw(.resolved(.denied), of: id, at: .seconds(1))
        evidence.saw(.resolved(.denied), of: id, at: .seconds(2))
        #expect(evidence.sight(of: id)?.isOverruling == true)
        evidence.forget(id, upTo: evidence.sight(of: id))
        evidence.saw(.resolved(.denied), of: id, at: .seconds(3))
        #expect(evidence.sight(of: id)?.isOverruling == false)
    }

    @Test("A post that a late refresh reopened is read again, because the first read may lag behind that write")
    func reopened() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            var environment = rig.environment
            environment.rendering = Rendering(fingerprint: "another", since: environment.now())
            // While the post is written, the request ends and another replica records that.
            let evidence = environment.evidence
            environment.observe = { happening in
                guard case .wrote(.updated, id, _) = happening, rig.data(of: id)["resolution"] == nil else { return }
                try? rig.auth.setPluginData(id.rawValue, of: "mattermost", [PluginRecord.Key.resolution: "EXPIRED"])
                rig.auth.delete(id.rawValue)
                evidence.saw(.deleted, of: id, at: .zero - GoneEvidence.confirmation)
            }
            guard case .later = try await rig.reconcile(id, as: environment) else {
                Issue.record("the post is not looked at again")
                return
            }
        }
    }

    @Test("A decision that another replica overwrote with the progress of its reviews is shown in the end")
    func crossed() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            let post = try rig.recordedPost(about: id)
            let teleport = rig.environment.teleport
            let observed = ObservedTeleport(teleport) { fields in
                guard fields[PluginRecord.Key.resolution] == "DENIED", fields[PluginRecord.Key.progress] == nil else { return }
                // The other replica writes once.
                guard PluginRecord((try? await teleport.pluginData(of: id)) ?? [:])[PluginRecord.Key.progress].isEmpty else {
                    return
                }
                try? await rig.show(.pending, in: post, about: id)
                try? await teleport.updatePluginData(
                    of: id, setting: [PluginRecord.Key.progress: "1 of 2"], expecting: [PluginRecord.Key.resolution: ""])
            }
            try rig.auth.resolve(id.rawValue, .denied)
            _ = try await rig.reconcile(id, as: rig.environment(with: observed))
            #expect(rig.data(of: id)["resolution"] == "DENIED")
            #expect(try rig.state(ofOnlyPostAbout: id) == "denied")
        }
    }

    @Test("What a sweep finds during a run is added to what the run knows, and replaces nothing of it")
    func foundMeanwhile() throws {
        let id = try #require(RequestID("request-1"))
        func card(_ post: String, _ status: String) -> PostedCard {
            PostedCard(
                reference: PostReference(channelID: "channel", postID: post), requestID: id, status: status, cluster: "example")
        }
        var memory = RunMemory()
        memory.doubtAt = .seconds(1)
        memory.add(card("first", "denied"))
        var found = RunMemory()
        found.add(card("first", "pending"))
        found.add(card("second", "pending"))
        memory.add(foundMeanwhile: found)
        #expect(memory.doubtAt == .seconds(1))
        #expect(Set(memory.cards.map { "\($0.reference.postID) \($0.status ?? "")" }) == ["first denied", "second pending"])
    }

    @Test("One post that shows the decision is evidence for the others")
    func evidence() async throws {
        try await Rig.with { rig in
            try rig.mattermost.world.change { state, _ in
                guard var channel = state.channels.first else { return }
                (channel.id, channel.name) = ("kpygwdyjubydfne5nshbuea4ga", "second")
                state.channels.append(channel)
            }
            let environment = rig.environment(telling: ["acme/access-requests", "acme/second"])
            let id = try rig.request()
            try await rig.reconcile(id, as: environment)
            let post = try rig.recordedPost(about: id)
            try await rig.show(.denied(nil), in: post, about: id)
            try await end(id, rig, as: environment)
            #expect(try states(rig, id).values.sorted() == ["denied", "denied"])
        }
    }
}
