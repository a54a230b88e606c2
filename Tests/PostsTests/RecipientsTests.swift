import Access
import CircuitBreakers
import GRPCCore
import Mattermost
import PluginTestSupport
import Sandbox
import Testing

@testable import Clicks
@testable import Daemon
@testable import Posts

@Suite("Telling recipients", .timeLimit(.minutes(1)))
struct RecipientsTests {
    @Test("Channels, display names and addresses each get one post of their own, and all follow the decision")
    func several() async throws {
        try await Rig.with { rig in
            try rig.addChannel("town-square", shown: "Town Square")
            try rig.addChannel("x7-renamed", shown: "Night Shift")
            let recipients = [
                "acme/access-requests", "acme/Town Square", "Acme/night shift", "Bob@example.com", "acme/town-square",
            ]
            let environment = rig.environment(telling: recipients)
            let id = try rig.request()
            #expect(try await rig.reconcile(id, as: environment) == .settled)
            #expect(try rig.told(id) == ["@bob", "access-requests", "town-square", "x7-renamed"])
            #expect(PluginRecord(rig.data(of: id)).posts.count == 4)
            try rig.auth.resolve(id.rawValue, .approved)
            #expect(try await rig.reconcile(id, as: environment) == .settled)
            #expect(try rig.posts(about: id).allSatisfy { $0.props["teleport"]?["state"]?.text == "approved" })
        }
    }

    @Test("A display name that two channels have is refused, with the names that tell them apart")
    func ambiguous() async throws {
        try await Rig.with { rig in
            try rig.addChannel("prod", shown: "Prod")
            try rig.addChannel("fake", shown: "prod approvals")
            try rig.addChannel("prod-approvals", shown: "Prod Approvals")
            let environment = rig.environment(telling: ["acme/Prod Approvals"])
            let failures = await environment.recipients.configured().failures
            #expect(failures.count == 1)
            #expect(failures[0].message.contains(#"Write "acme/fake" or "acme/prod-approvals""#), "\(failures)")
        }
    }

    @Test("Suggested reviewers are found by address; one whom Mattermost does not know holds up nothing")
    func suggested() async throws {
        try await Rig.with { rig in
            let id = try rig.request(reviewers: ["bob@example.com", "nobody@example.com", "teleport-user"])
            #expect(try await rig.reconcile(id) == .settled)
            #expect(try rig.told(id) == ["@bob", "access-requests"])
            let only = try rig.request(reviewers: ["carol@example.com"])
            #expect(try await rig.reconcile(only, as: rig.environment(telling: [])) == .settled)
            #expect(try rig.told(only) == ["@carol"])
        }
    }

    @Test("Without recipients and suggested reviewers a request is skipped")
    func nobody() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            #expect(try await rig.reconcile(id, as: rig.environment(telling: [])) == .settled)
            #expect(try rig.posts(about: id).isEmpty && rig.data(of: id).isEmpty)
        }
    }

    @Test("Roles have recipients of their own; several give the union, one post for each channel")
    func roles() async throws {
        try await Rig.with { rig in
            try rig.addChannel("dba", shown: "DBA")
            try rig.addChannel("rest", shown: "Rest")
            let environment = rig.environment(
                telling: [], roles: ["dba": ["acme/dba", "bob@example.com"], "lead": ["acme/dba"], "*": ["acme/rest"]])
            let both = try rig.request(roles: ["dba", "lead"])
            #expect(try await rig.reconcile(both, as: environment) == .settled)
            #expect(try rig.told(both) == ["@bob", "dba"])
            let other = try rig.request(roles: ["editor"])
            #expect(try await rig.reconcile(other, as: environment) == .settled)
            #expect(try rig.told(other) == ["rest"])
        }
    }

    @Test("A recipient that cannot be found is tried again, and holds up no other")
    func missing() async throws {
        try await Rig.with { rig in
            let environment = rig.environment(telling: ["acme/later", "ghost@example.com", "acme/access-requests"])
            let id = try rig.request()
            await #expect(throws: Hindrance.self) { try await rig.reconcile(id, as: environment) }
            #expect(try rig.told(id) == ["access-requests"])
            #expect(rig.data(of: id)["claim"] == nil)
            try rig.addChannel("later", shown: "Later")
            let again = rig.environment(telling: ["acme/later", "acme/access-requests"])
            #expect(try await rig.reconcile(id, as: again) == .settled)
            #expect(try rig.told(id) == ["access-requests", "later"])
        }
    }

    @Test("A sweep also looks through the direct channels of suggested reviewers")
    func sweep() async throws {
        try await Rig.with { rig in
            let environment = rig.environment(telling: [])
            let orphan = try #require(RequestID("00000000-0000-4000-8000-000000000000"))
            let bob = try await rig.chat.user(emailed: "bob@example.com")
            let botID = try await environment.recipients.botID()
            let channel = try await rig.chat.directChannelID(of: botID, with: bob.id)
            let subject = Subject(requestID: orphan, user: "erin", roles: ["dba"], reason: "")
            _ = try await rig.chat.createPost(
                Card(subject, status: .pending, cluster: "sandbox.example"), in: channel, pendingPostID: "\(botID):x")
            _ = try rig.request()
            let reconciler = Reconciler(environment.posts, health: rig.health)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await reconciler.run() }
                try await ChannelSweep(environment.posts, reconciler, clock: .continuous)()
                for await _ in rig.mattermost.world.bell.changes() where try rig.state(ofOnlyPostAbout: orphan) == "expired" {
                    break
                }
                group.cancelAll()
            }
        }
    }

    @Test(
        "The requester is told of the decision once, by whatever name Mattermost knows them",
        arguments: ["dave", "d.lopez", "dave@example.com", "by id", "ghost"])
    func notice(user: String) async throws {
        try await Rig.with { rig in
            var environment = rig.environment
            environment.notifiesRequester = true
            environment.policy.users = ["dave": "d.lopez", try await rig.chat.user(named: "dave").id: "by id"]
            let id = try rig.request(user: user)
            #expect(try await rig.reconcile(id, as: environment) == .settled)
            #expect(try rig.told(id) == ["access-requests"])
            try rig.auth.resolve(id.rawValue, .approved, reason: "fine")
            for _ in 0..<3 { #expect(try await rig.reconcile(id, as: environment) == .settled) }
            #expect(try rig.told(id) == (user == "ghost" ? ["access-requests"] : ["@dave", "access-requests"]))
            #expect(try rig.posts(about: id).allSatisfy { $0.props["teleport"]?["state"]?.text == "approved" })
            let known = try rig.request(user: "dave")
            try await rig.reconcile(known)
            try rig.auth.resolve(known.rawValue, .denied)
            try await rig.reconcile(known)
            #expect(try await rig.reconcile(known, as: environment) == .settled)
            #expect(try rig.told(known) == ["access-requests"])
            let old = try rig.request(user: "dave")
            try rig.auth.resolve(old.rawValue, .denied)
            #expect(try await rig.reconcile(old, as: environment) == .settled)
            #expect(try rig.posts(about: old).isEmpty)
        }
    }

    @Test("The requester is told of a decision about posts that were not recorded before it")
    func noticeOfLostPosts() async throws {
        try await Rig.with { rig in
            var environment = rig.environment
            environment.notifiesRequester = true
            let id = try rig.request()
            try await rig.reconcile(id, as: environment)
            let since = "\(Timestamp.now.advanced(by: .seconds(-60)).milliseconds)"
            try rig.auth.setPluginData(id.rawValue, of: "mattermost", ["messages": "", "claim_since": since])
            try rig.auth.resolve(id.rawValue, .approved)
            #expect(try await rig.reconcile(id, as: environment) == .settled)
            #expect(try rig.told(id) == ["@dave", "access-requests"])
        }
    }

    @Test(
        "A requester who cannot be looked up holds up no post, and is told by a later run",
        arguments: ["ListUsers", "users/username"])
    func laterNotice(failing call: String) async throws {
        try await Rig.with(permissions: AuthPermission.findingUsers, configure: { $0.version = "18.0.0" }) { rig in
            var environment = rig.environment
            environment.notifiesRequester = true
            environment.policy.userTrait = "mm"
            rig.auth.directory.users = [AuthUser("d.lopez", traits: ["mm": ["dave"]])]
            let id = try rig.request(user: "d.lopez")
            #expect(try await rig.reconcile(id, as: environment) == .settled)
            try rig.auth.resolve(id.rawValue, .approved)
            if call == "ListUsers" {
                rig.auth.faults.next(of: call, .answer(.internalError, "broken"))
            } else {
                rig.mattermost.faults.inject(.internalError, path: call)
            }
            await #expect(throws: (any Error).self) { try await rig.reconcile(id, as: environment) }
            #expect(try rig.state(ofOnlyPostAbout: id) == "approved")
            #expect(PluginRecord(rig.data(of: id)).behind == [PluginRecord.noticeIsBehind])
            for _ in 0..<2 { #expect(try await rig.reconcile(id, as: environment) == .settled) }
            #expect(try rig.told(id) == ["@dave", "access-requests"])
            #expect(PluginRecord(rig.data(of: id)).behind == [])
        }
    }

    @Test("The note about a channel without the bot says what to type there")
    func notInvited() async throws {
        try await Rig.with { rig in
            try rig.addChannel("leads", shown: "Leads", with: ["bob"])
            let environment = rig.environment(telling: ["acme/access-requests", "acme/leads"])
            let health = Health()
            let check = HealthCheck(Live(environment.posts), breaker: environment.circuits.chat, health: health)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await check.run() }
                for await news in health.news() where news.part == .recipients { break }
                group.cancelAll()
            }
            // The plugin still posts to the other recipients. So this is a note, and no reason for it not to be ready.
            let mend = #"Recipient "acme/leads": the bot is not in the channel. Type /invite @teleport there."#
            #expect(health.notes.map(\.note.message) == [mend])
            #expect(!health.reasons.contains { $0.part == .recipients })
        }
    }
}

@Suite("A click by a suggested reviewer, whom only the requester named", .timeLimit(.minutes(1)))
struct SuggestedStandingTests {
    private func click(by name: String, on id: RequestID, _ rig: Rig) async throws -> Click {
        let person = try await rig.chat.user(named: name)
        let bot = try await rig.chat.me()
        let channel = try await rig.chat.directChannelID(of: bot.id, with: person.id)
        let post = try #require(PluginRecord(rig.data(of: id)).posts.first { $0.channelID == channel })
        return Click(requestID: id, decision: .approve, cluster: "sandbox.example", userID: person.id, post: post)
    }

    @Test("Being named by the requester gives no right to decide")
    func refused() async throws {
        try await Rig.with { rig in
            var environment = rig.environment(telling: [])
            let id = try rig.request(reviewers: ["carol@example.com"])
            try await rig.reconcile(id, as: environment)
            let click = try await click(by: "carol", on: id, rig)
            #expect(await rig.answer(click, as: environment).text == ClickWords.refused(.onlySuggested))
            #expect(rig.auth.auditLog.isEmpty)
            environment.policy.approvers = [.username("carol")]
            #expect(await rig.answer(click, as: environment).text.hasPrefix("You approved"))
        }
    }

    @Test("A click does not look up the other people whom the requester named")
    func noLookUps() async throws {
        try await Rig.with { rig in
            let environment = rig.environment(telling: [])
            let id = try rig.request(reviewers: ["carol@example.com"] + (0..<19).map { "bob+\($0)@example.com" })
            try await rig.reconcile(id, as: environment)
            let click = try await click(by: "carol", on: id, rig)
            rig.mattermost.faults.inject(.internalError, path: "/api/v4/users/email/", times: 20)
            let late = rig.environment(telling: [])
            #expect(await rig.answer(click, as: late).text == ClickWords.refused(.onlySuggested))
        }
    }

    @Test("A setting gives the right to decide, and so does being in a channel that the configuration names")
    func allowed() async throws {
        try await Rig.with { rig in
            var environment = rig.environment(telling: [])
            let id = try rig.request(reviewers: ["carol@example.com"])
            try await rig.reconcile(id, as: environment)
            environment.policy.allowsSuggested = true
            #expect(await rig.answer(try await click(by: "carol", on: id, rig), as: environment).text.hasPrefix("You approved"))
            let other = try rig.request(reviewers: ["bob@example.com"])
            try await rig.reconcile(other)
            #expect(await rig.answer(try await click(by: "bob", on: other, rig)).text.hasPrefix("You approved"))
        }
    }

    @Test("Where buttons are switched off, an old button decides nothing")
    func buttonsOff() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            var environment = rig.environment
            environment.buttons = nil
            #expect(await rig.answer(try rig.click(.approve, on: id), as: environment).text == ClickWords.noButtons)
            #expect(rig.auth.auditLog.isEmpty)
        }
    }
}
