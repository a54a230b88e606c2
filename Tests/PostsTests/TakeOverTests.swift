import Access
import GRPCCore
import Mattermost
import PluginTestSupport
import Sandbox
import Synchronization
import TestSupport
import Testing

@testable import Posts

@Suite("Taking over from a replica that died while it posted", .timeLimit(.minutes(1)))
struct TakeOverTests {
    /// Adds channels with the bot in them, and returns their names as recipients.
    private func addChannels(_ count: Int, _ rig: Rig) throws -> [String] {
        try rig.mattermost.world.change { state, _ in
            guard let first = state.channels.first else { return }
            for number in 1...count {
                var channel = first
                channel.id = "\(100 + number)gwdyjubydfne5nshbuea4ga"
                channel.name = "more-\(number)"
                state.channels.append(channel)
            }
        }
        return (1...count).map { "acme/more-\($0)" }
    }

    private func post(_ id: RequestID, in channelID: String, _ rig: Rig) async throws {
        let subject = Subject(requestID: id, user: "dave", roles: [], reason: "")
        let botID = try await rig.environment.recipients.botID()
        _ = try await rig.chat.createPost(
            Card(subject, status: .pending, cluster: "sandbox.example"), in: channelID,
            pendingPostID: "\(botID):dead-\(channelID)")
    }

    @Test("Every channel has one post in the end, whichever posts the dead replica had made", arguments: [0, 1, 3, 5])
    func fiveRecipients(made: Int) async throws {
        try await Rig.with { rig in
            let environment = rig.environment(telling: try addChannels(5, rig))
            let id = try rig.request()
            for place in await environment.recipients.configured().places.prefix(made) {
                try await post(id, in: place.channelID, rig)
            }
            let begun = Timestamp.now.milliseconds
            try rig.auth.setPluginData(
                id.rawValue, of: "mattermost", ["claim": "dead|\(begun + 15_000)", "claim_since": "\(begun)"])
            let time = Mutex(Duration.zero)
            let claims = ClaimAges(elapsed: { time.withLock { $0 } })
            var memory = RunMemory()
            #expect(try await rig.reconcile(id, as: environment, &memory, claims: claims) == .later(PostPlan.claimLifetime))
            time.withLock { $0 = PostPlan.claimLifetime }
            #expect(try await rig.reconcile(id, as: environment, &memory, claims: claims) == .settled)
            #expect(try rig.posts(about: id).count == 5)
            #expect(PluginRecord(rig.data(of: id)).posts.count == 5)
            #expect(rig.data(of: id)["claim"] == nil && rig.data(of: id)["claim_since"] == nil)
        }
    }

    @Test("The claim is renewed while work goes on, however long it takes")
    func renewed() async throws {
        try await Rig.with { rig in
            var environment = rig.environment(telling: try addChannels(40, rig))
            // Each reading of the clock advances it by three seconds, so that the work seems to take minutes.
            let time = Mutex(Duration.zero)
            environment.elapsed = {
                time.withLock {
                    $0 += .seconds(3); return $0
                }
            }
            let id = try rig.request()
            #expect(try await rig.reconcile(id, as: environment) == .settled)
            #expect(try rig.posts(about: id).count == 40)
            #expect(rig.data(of: id)["claim"] == nil)
        }
    }

    @Test("A claim is renewed before anything is posted if the process was frozen while it took it")
    func frozenWhileClaiming() async throws {
        try await Rig.with { rig in
            let time = Moment()
            let claims = Mutex(0)
            let teleport = ObservedTeleport(rig.environment.teleport) { fields in
                guard fields[PluginRecord.Key.claim]?.isEmpty == false else { return }
                claims.withLock { $0 += 1 }
                if claims.withLock({ $0 == 1 }) { time.pass(PostPlan.claimUse + .seconds(1)) }
            }
            var environment = rig.environment(with: teleport)
            environment.elapsed = { time.value }
            let id = try rig.request()
            #expect(try await rig.reconcile(id, as: environment) == .settled)
            #expect(claims.withLock { $0 } == 2)
        }
    }

    @Test("The posts that a search found are kept between attempts, and the next attempt goes on where the last one ended")
    func lookIsKept() async throws {
        try await Rig.with { rig in
            let environment = rig.environment(telling: try addChannels(3, rig))
            let id = try rig.request()
            let places = await environment.recipients.configured().places
            for place in places { try await post(id, in: place.channelID, rig) }
            let begun = Timestamp.now.milliseconds
            try rig.auth.setPluginData(
                id.rawValue, of: "mattermost",
                ["claim": "\(environment.replica)|\(begun + 15_000)", "claim_since": "\(begun)"])
            var memory = RunMemory()
            rig.mattermost.faults.inject(
                .internalError, path: "/api/v4/channels/\(places[2].channelID)/posts", method: "GET", times: 2)
            await #expect(throws: MattermostError.self) { try await rig.reconcile(id, as: environment, &memory) }
            #expect(memory.looks.filter(\.value.isDone).count == 2)
            rig.mattermost.faults.clear()
            // The first two channels must not be read again.
            for place in places.prefix(2) {
                rig.mattermost.faults.inject(
                    .internalError, path: "/api/v4/channels/\(place.channelID)/posts", method: "GET", times: 9)
            }
            #expect(try await rig.reconcile(id, as: environment, &memory) == .settled)
            #expect(try rig.posts(about: id).count == 3)
        }
    }

    @Test("A run with endless conflicts fails")
    func conflicts() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            rig.auth.faults.next(
                of: "UpdatePluginData", .answer(.failedPrecondition, "expectations not met"), times: 100)
            await #expect(throws: TeleportError.self) { try await rig.reconcile(id) }
            rig.auth.faults.clear()
            #expect(try await rig.reconcile(id) == .settled)
        }
    }
}
