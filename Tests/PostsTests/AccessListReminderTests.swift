import Access
import GRPCCore
import PluginTestSupport
import Sandbox
import Synchronization
import TestSupport
import Testing

@testable import Posts

@Suite("Reminding the owners of access lists", .timeLimit(.minutes(1)))
struct AccessListReminderTests {
    private func with(
        version: String = "18.0.0", permissions: Set<AuthPermission> = AuthPermission.readingLists,
        configure: (inout SandboxAuth.Configuration) -> Void = { _ in }, _ body: (Rig) async throws -> Void
    ) async throws {
        try await Rig.with(
            permissions: permissions,
            configure: {
                ($0.version, $0.proxyAddress, $0.advancedAccessWorkflows, $0.pageLimit) = (
                    version, "t.example.com:443", true, 1
                )
                configure(&$0)
            }
        ) { rig in
            rig.auth.directory.lists = [
                list("prod", owners: ["bob", "carol@example.com"], dueIn: .seconds(86_400)),
                list("stage", owners: ["bob", "nobody.here"], dueIn: .seconds(3 * 86_400)),
                list("later", owners: ["dave"], dueIn: .seconds(30 * 86_400)),
            ]
            try await body(rig)
        }
    }

    private func list(_ name: String, owners: [String], dueIn time: Duration) -> AuthAccessList {
        AuthAccessList(name, title: "The \(name)", owners: owners, nextAudit: .at(WallTime.now() + time))
    }

    private func reminders(
        _ rig: Rig, later: Duration = .zero, policy: ApprovalPolicy = ApprovalPolicy(),
        observe: @escaping Happening.Observe = Happening.unobserved
    ) throws -> AccessListReminders {
        var environment = rig.replica
        environment.observe = observe
        environment.policy = policy
        environment.now = { Timestamp.now.advanced(by: later) }
        let lists = try #require(rig.environment.teleport as? any AccessListService)
        return AccessListReminders(environment.posts, lists: lists)
    }

    /// Makes a round and checks how it ended.
    private func expect(_ outcome: AccessListReminders.Outcome, of reminders: AccessListReminders) async throws {
        #expect(await reminders.remind() == outcome)
    }

    /// Returns the direct messages as `@person: message`.
    private func messages(_ rig: Rig) throws -> [String] {
        try rig.mattermost.world.read { state in
            state.posts.compactMap { post in
                guard let channel = state.channels.first(where: { $0.id == post.channelID }), channel.kind == .direct else {
                    return nil
                }
                let person = state.accounts.first { !$0.isBot && channel.members.contains($0.id) }
                return "@\(person?.username ?? "?"): \(post.message)"
            }.sorted()
        }
    }

    @Test("Each owner gets one message about all of their lists, and again in the next period, from any replica")
    func once() async throws {
        try await with { rig in
            try await expect(.done, of: reminders(rig))
            let first = try messages(rig)
            #expect(first.count == 2, "\(first)")
            #expect(first.first?.hasPrefix("@bob: 📋 Your reviews of these access lists:\n- `The prod` is due by ") == true)
            #expect(first.first?.hasSuffix("(https://t.example.com/web/accesslists).") == true)
            #expect(first.last?.hasPrefix("@carol: 📋 Your review of the access list `The prod` is due by ") == true)
            #expect(first.last?.hasSuffix("(https://t.example.com/web/accesslists/prod#review).") == true)
            for _ in 0..<2 { try await expect(.done, of: reminders(rig)) }
            #expect(try messages(rig) == first)
            // The review of `prod` is overdue, and the period of `stage` is still the same week.
            try await expect(.done, of: reminders(rig, later: .seconds(2 * 86_400)))
            #expect(try messages(rig).count == 4)
            let told = RemindedOwners(rig.auth.directory.pluginData(ofList: "prod")["mattermost"]?["review_reminders"] ?? "")
            #expect(told.times.keys.sorted() == ["bob", "carol@example.com"])
        }
    }

    @Test("Each message is told as a happening, and so is each owner and list that nobody was reminded of")
    func happenings() async throws {
        let told = Mutex<[String]>([])
        let observe: Happening.Observe = { happening in
            if case .reminded(.accessList, let problem) = happening {
                told.withLock { $0.append(problem.map { $0.words } ?? "sent") }
            }
        }
        try await with { rig in
            try await expect(.done, of: reminders(rig, observe: observe))
            let nobody = "An owner of access lists has no Mattermost account that is known"
            #expect(told.withLock { $0.sorted() } == [nobody, "sent", "sent"])
            try await expect(.done, of: reminders(rig, observe: observe))
            #expect(told.withLock { $0.count } == 3)
        }
        let permissions = AuthPermission.readingLists.subtracting([AuthPermission("list", "access_list")])
        told.withLock { $0 = [] }
        try await with(permissions: permissions) { rig in
            try await expect(.done, of: reminders(rig, observe: observe))
            #expect(told.withLock { $0.count } == 1 && told.withLock { $0 } != ["sent"])
        }
    }

    @Test("Two replicas at the same time send each message once")
    func replicas() async throws {
        try await with { rig in
            let (one, other) = (try reminders(rig), try reminders(rig))
            async let first = one.remind()
            async let second = other.remind()
            _ = await (first, second)
            let about = try messages(rig).filter { $0.hasPrefix("@bob") }.joined().ranges(of: "The prod").count
            #expect(about == 1)
            #expect(try messages(rig).count { $0.hasPrefix("@carol") } == 1)
        }
    }

    @Test("Without the record of who was told nobody is told", arguments: [true, false])
    func noRecord(isDenied: Bool) async throws {
        let permissions = AuthPermission.readingLists.subtracting(
            isDenied ? [AuthPermission("list", "access_plugin_data"), AuthPermission("update", "access_plugin_data")] : [])
        try await with(permissions: permissions, configure: { $0.keepsListData = isDenied }) { rig in
            for _ in 0..<2 { try await expect(.done, of: reminders(rig)) }
            #expect(try messages(rig).isEmpty)
        }
    }

    @Test("A server without access lists ends it, and a missing permission does not")
    func refused() async throws {
        for version in ["7.3.2", "8.1.0"] {
            try await with(version: version) { rig in
                try await expect(.unsupported, of: reminders(rig))
                #expect(try messages(rig).isEmpty)
            }
        }
        try await with(permissions: AuthPermission.plugin) { rig in
            try await expect(.done, of: reminders(rig))
            #expect(try messages(rig).isEmpty)
        }
    }

    @Test("A message that was certainly not sent is sent in the next round, and one in doubt is not sent again")
    func failing() async throws {
        try await with { rig in
            rig.auth.directory.lists = [list("prod", owners: ["carol"], dueIn: .seconds(86_400))]
            rig.mattermost.faults.inject(.internalError, path: "/channels/direct", method: "POST")
            try await expect(.failed, of: reminders(rig))
            #expect(try messages(rig).isEmpty)
            try await expect(.done, of: reminders(rig))
            #expect(try messages(rig).count == 1)
            rig.auth.directory.lists = [list("other", owners: ["carol"], dueIn: .seconds(86_400))]
            rig.mattermost.faults.inject(.internalError, path: "/api/v4/posts", method: "POST")
            for _ in 0..<2 { _ = try await reminders(rig).remind() }
            #expect(try messages(rig).count == 1)
        }
    }

    @Test("A plugin that ends during a round leaves one message in doubt, and the other owners are told by the next")
    func ended() async throws {
        try await with { rig in
            rig.mattermost.faults.inject(.stall, path: "/api/v4/posts", method: "POST")
            let reminders = try reminders(rig)
            let round = Task { await reminders.remind() }
            while rig.mattermost.faults.stalledCalls == 0 { await Task.yield() }
            round.cancel()
            _ = await round.value
            let told = { (list: String) in
                let data = rig.auth.directory.pluginData(ofList: list)["mattermost"] ?? [:]
                return RemindedOwners(data["review_reminders"] ?? "").times.keys.sorted()
            }
            #expect(told("prod") == ["bob"] && told("stage") == ["bob"])
            rig.mattermost.faults.clear()
            try await expect(.done, of: self.reminders(rig))
            #expect(try messages(rig).count { $0.hasPrefix("@carol") } == 1)
            #expect(told("prod") == ["bob", "carol@example.com"])
        }
    }

    @Test(
        "While it cannot be recorded who was told, nobody is told, and the next round is soon",
        arguments: ["GetPluginData", "UpdatePluginData"])
    func outage(_ call: String) async throws {
        try await with { rig in
            rig.auth.faults.next(of: call, .answer(.internalError, "broken"), times: 4)
            try await expect(.failed, of: reminders(rig))
            #expect(try messages(rig).isEmpty)
            rig.auth.faults.clear()
            try await expect(.done, of: reminders(rig))
            #expect(try messages(rig).count == 2)
        }
    }

    @Test("The owners of nested lists are told where the server tells them, and otherwise no list is taken for a person")
    func nested() async throws {
        for isTold in [true, false] {
            try await with(configure: { $0.tellsNestedOwners = isTold }) { rig in
                var list = list("prod", owners: ["bob"], dueIn: .seconds(86_400))
                list.nestedOwners = ["alice": ["carol"]]
                rig.auth.directory.lists = [list]
                try await expect(.done, of: reminders(rig))
                #expect(
                    try messages(rig).map { line in String(line.prefix { $0 != ":" }) }
                        == (isTold ? ["@bob", "@carol"] : ["@bob"]))
            }
        }
    }

    @Test("Lists that are not reviewed are left out, and owners are found by the trait where there is one")
    func kinds() async throws {
        try await with(permissions: AuthPermission.readingLists.union(AuthPermission.findingUsers)) { rig in
            var scim = list("scim", owners: ["bob"], dueIn: .seconds(86_400))
            scim.type = "scim"
            rig.auth.directory.lists = [
                scim, list("prod", owners: ["c.lopez", "bob"], dueIn: .seconds(86_400)),
                AuthAccessList("none", title: "None", owners: ["bob"], nextAudit: .yearOne),
            ]
            rig.auth.directory.users = [AuthUser("c.lopez", traits: ["mm": ["carol"]]), AuthUser("bob")]
            var policy = ApprovalPolicy()
            policy.userTrait = "mm"
            try await expect(.done, of: reminders(rig, policy: policy))
            #expect(try messages(rig).map { line in String(line.prefix { $0 != ":" }) } == ["@carol"])
        }
    }

    @Test("The lists are read soon after the first connection, and then every three hours")
    func rounds() async throws {
        try await with { rig in
            let (feed, began) = AsyncStream.makeStream(of: Int.self)
            let clock = TestClock(.lastUntilWoken) { began.yield($0) }
            let lists = try #require(rig.environment.teleport as? any AccessListService)
            let service = AccessListReminders(rig.replica.posts, lists: lists, clock: clock)
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await service.run() }
                service.connected()
                var sleeps = feed.makeAsyncIterator()
                for round in 0..<3 {
                    #expect(await sleeps.next() == round + 1)
                    // One call for each of the three pages.
                    #expect(rig.auth.directory.count(of: "ListAccessLists") == round * 3)
                    clock.wake()
                }
            }
        }
        #expect(AccessListReminders.firstDelay <= .seconds(30) && AccessListReminders.interval == .seconds(3 * 3600))
    }
}
