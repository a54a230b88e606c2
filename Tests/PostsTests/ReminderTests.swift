import Access
import PluginTestSupport
import Sandbox
import Synchronization
import Testing

@testable import Posts

@Suite("Reminders", .timeLimit(.minutes(1)))
struct ReminderTests {
    private func replies(_ rig: Rig) throws -> [ChatPost] {
        try rig.mattermost.world.read { $0.posts }.filter { !$0.rootID.isEmpty }
    }

    /// Returns the rig's plugin with reminders, at a later time.
    private func environment(_ rig: Rig, reminding before: Duration, later: Duration = .zero) -> Environment {
        var environment = rig.environment
        environment.reminders = [ReminderStep(.beforeExpiry(before))]
        environment.now = { Timestamp.now.advanced(by: later) }
        return environment
    }

    @Test("Each thread of an undecided request gets one reminder, when it is due")
    func once() async throws {
        try await Rig.with { rig in
            let id = try rig.request(ttl: .seconds(3600))
            let early = try await rig.reconcile(id, as: environment(rig, reminding: .seconds(600)))
            guard case .later(let wait) = early else {
                Issue.record("not waiting: \(early)")
                return
            }
            #expect(wait > .seconds(2990) && wait <= .seconds(3000))
            #expect(try replies(rig).isEmpty)
            var late = environment(rig, reminding: .seconds(600), later: .seconds(3060))
            let sent = Mutex(0)
            late.observe = { if case .reminded(.request, problem: nil) = $0 { sent.withLock { $0 += 1 } } }
            for _ in 0..<3 { #expect(try await rig.reconcile(id, as: late) == .settled) }
            #expect(sent.withLock { $0 } == 1)
            let said = try replies(rig)
            #expect(said.count == 1 && said[0].message.hasPrefix("⏳ Nobody has decided this yet. It lapses at 20"))
            #expect(rig.data(of: id)["claim"] == nil)
        }
    }

    @Test("A reply that was made and not recorded is not made again")
    func unrecorded() async throws {
        try await Rig.with { rig in
            let id = try rig.request(ttl: .seconds(3600))
            let late = environment(rig, reminding: .seconds(600), later: .seconds(3060))
            #expect(try await rig.reconcile(id, as: late) == .settled)
            try rig.auth.setPluginData(
                id.rawValue, of: "mattermost", [PluginRecord.Key.reminded: "", PluginRecord.Key.reminderSteps: ""])
            #expect(try await rig.reconcile(id, as: late) == .settled)
            #expect(try replies(rig).count == 1)
            #expect(rig.data(of: id)[PluginRecord.Key.reminded] == "yes")
        }
    }

    @Test("While a thread lacks a reminder that others have, no other replica makes it, as its read of a thread may lag behind")
    func halfReminded() async throws {
        try await Rig.with { rig in
            try rig.addChannel("second", shown: "Second")
            let second = try rig.mattermost.world.read { $0.channels.first { $0.name == "second" }?.id }
            func replica() -> Environment {
                var environment = rig.environment(telling: ["acme/access-requests", "acme/second"])
                environment.reminders = [ReminderStep(.beforeExpiry(.seconds(600)))]
                environment.now = { Timestamp.now.advanced(by: .seconds(3060)) }
                return environment
            }
            let (one, other) = (replica(), replica())
            let id = try rig.request(ttl: .seconds(3600))
            try await rig.reconcile(id, as: rig.environment(telling: ["acme/access-requests", "acme/second"]))
            let post = try #require(PluginRecord(rig.data(of: id)).posts.first { $0.channelID == second })
            rig.mattermost.faults.inject(.internalError, path: "/posts/\(post.postID)/thread", method: "GET", times: 9)
            var memory = RunMemory()
            await #expect(throws: MattermostError.self) { try await rig.reconcile(id, as: one, &memory) }
            #expect(try replies(rig).count == 1)
            rig.mattermost.faults.clear()
            guard case .later = try await rig.reconcile(id, as: other) else {
                Issue.record("the other replica goes on")
                return
            }
            var later = one
            later.elapsed = { one.elapsed() + PostPlan.settling }
            #expect(try await rig.reconcile(id, as: later, &memory) == .settled)
            #expect(try replies(rig).count == 2)
            #expect(rig.data(of: id)["claim"] == nil && rig.data(of: id)[PluginRecord.Key.reminded] == "yes")
        }
    }

    @Test("A reminder that was sent is recorded although the clock is then set back to before it was due")
    func clockSetBack() async throws {
        try await Rig.with { rig in
            let id = try rig.request(ttl: .seconds(3600))
            var environment = environment(rig, reminding: .seconds(600))
            let later = Mutex(Duration.seconds(3060))
            environment.now = { Timestamp.now.advanced(by: later.withLock { $0 }) }
            environment.observe = { if case .reminded = $0 { later.withLock { $0 = .seconds(2940) } } }
            try await rig.reconcile(id, as: environment)
            #expect(try replies(rig).count == 1)
            #expect(rig.data(of: id)[PluginRecord.Key.reminderSteps] == "before-600")
        }
    }

    @Test("Decided requests, short ones and those without the setting get no reminder")
    func none() async throws {
        try await Rig.with { rig in
            let decided = try rig.request(ttl: .seconds(3600)), short = try rig.request(ttl: .seconds(500))
            try await rig.reconcile(decided)
            try rig.auth.resolve(decided.rawValue, .denied)
            #expect(
                try await rig.reconcile(decided, as: environment(rig, reminding: .seconds(600), later: .seconds(3060)))
                    == .settled)
            #expect(try await rig.reconcile(short, as: environment(rig, reminding: .seconds(600))) == .settled)
            #expect(try await rig.reconcile(short) == .settled)
            #expect(try replies(rig).isEmpty)
        }
    }
}
