import Access
import Logging
import MonitoringRules
import Synchronization
import TestSupport
import Testing

@testable import Posts

@Suite("Keeping monitoring rules", .timeLimit(.minutes(1)))
struct RuleKeeperTests {
    /// A Teleport that answers as it is told.
    private final class Service: RuleService {
        let answer: Mutex<Result<[MonitoringRule]?, TeleportError>>

        let traits = Mutex<Result<[String: [String]], TeleportError>>(.success([:]))

        init(_ answer: Result<[MonitoringRule]?, TeleportError>) { self.answer = Mutex(answer) }

        func monitoringRules() async throws(TeleportError) -> [MonitoringRule]? { try answer.withLock { $0 }.get() }
        func traits(ofUser name: String) async throws(TeleportError) -> [String: [String]] { try traits.withLock { $0 }.get() }
        func labels(of resources: [RequestedResource]) async throws(TeleportError) -> [[String: String]] { [] }
    }

    private static let rule = MonitoringRule(name: "a", condition: "true", recipients: ["acme/oncall"])
    private static let broken = TeleportError(.other, "it is broken", mend: "look at it")

    private func keeper(
        _ service: Service, _ health: Health, clock: any Clock<Duration> = .continuous,
        now: @escaping @Sendable () -> Timestamp = { .now }
    ) -> RuleKeeper {
        RuleKeeper(
            service, zone: { _ in nil }, health: health, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            clock: clock, now: now)
    }

    private func note(_ health: Health) -> String? { health.notes.first { $0.part == .rules }?.note.message }

    @Test("If the rules cannot be read, the last known ones stay, and the health says so until they can be read again")
    func lastKnown() async throws {
        let (health, service) = (Health(), Service(.success([Self.rule])))
        let keeper = keeper(service, health)
        let changes = Mutex(0)
        keeper.onChange { changes.withLock { $0 += 1 } }
        #expect(await keeper.refresh())
        #expect(try await keeper.book().entries.map(\.rule) == [Self.rule])
        #expect(note(health) == nil)
        service.answer.withLock { $0 = .failure(Self.broken) }
        #expect(!(await keeper.refresh()))
        #expect(try await keeper.book().entries.map(\.rule) == [Self.rule])
        #expect(note(health) == "they cannot be read: it is broken; look at it")
        #expect(health.reasons.allSatisfy { $0.part != .rules })
        service.answer.withLock { $0 = .success([]) }
        #expect(await keeper.refresh())
        #expect(try await keeper.book().entries.isEmpty)
        #expect(note(health) == nil)
        #expect(await keeper.refresh())
        #expect(changes.withLock { $0 } == 2)
    }

    @Test("A role that was never allowed to read rules is no news; one that lost the right is")
    func denied() async throws {
        let denial = TeleportError(.permissionDenied, "denied", mend: "add the rule")
        let (health, service) = (Health(), Service(.failure(denial)))
        let keeper = keeper(service, health)
        #expect(await keeper.refresh())
        #expect(try await keeper.book().entries.isEmpty)
        #expect(note(health) == nil)
        service.answer.withLock { $0 = .success([Self.rule]) }
        #expect(await keeper.refresh())
        service.answer.withLock { $0 = .failure(denial) }
        #expect(await keeper.refresh())
        #expect(note(health)?.contains("add the rule") == true)
        #expect(try await keeper.book().entries.count == 1)
    }

    @Test("A server that is too old has no rules, and a rule that cannot be used is named in the health")
    func others() async throws {
        let (health, service) = (Health(), Service(.success(nil)))
        let keeper = keeper(service, health)
        #expect(await keeper.refresh())
        #expect(try await keeper.book().entries.isEmpty)
        let faulty = MonitoringRule(name: "x", condition: "nothing", recipients: [])
        service.answer.withLock { $0 = .success([Self.rule, faulty]) }
        #expect(await keeper.refresh())
        #expect(note(health)?.contains(#"The access monitoring rule "x" is skipped"#) == true)
        #expect(keeper.named == ["acme/oncall"])
    }

    @Test("The figures tell how many rules can be used, and when Teleport last told its rules")
    func figures() async throws {
        let time = Mutex(Timestamp(milliseconds: 1000))
        let service = Service(.failure(Self.broken))
        let keeper = keeper(service, Health()) { time.withLock { $0 } }
        _ = await keeper.refresh()
        #expect(keeper.figures == .init(usable: 0, skipped: 0))
        let faulty = MonitoringRule(name: "x", condition: "nothing", recipients: [])
        service.answer.withLock { $0 = .success([Self.rule, faulty]) }
        _ = await keeper.refresh()
        let known = RuleKeeper.Figures(usable: 1, skipped: 1, readAt: Timestamp(milliseconds: 1000))
        #expect(keeper.figures == known)
        time.withLock { $0 = Timestamp(milliseconds: 2000) }
        service.answer.withLock { $0 = .failure(Self.broken) }
        _ = await keeper.refresh()
        #expect(keeper.figures == known)
        service.answer.withLock { $0 = .success(nil) }
        _ = await keeper.refresh()
        #expect(keeper.figures == .init(usable: 0, skipped: 0, readAt: Timestamp(milliseconds: 2000)))
    }

    @Test(
        "Until the server says which rules there are, a request fails to be tried again, whatever the reason",
        arguments: [TeleportError.Code.unavailable, .timedOut, .other, .misconfigured])
    func unanswered(code: TeleportError.Code) async throws {
        let (health, service) = (Health(), Service(.failure(TeleportError(code, "it is broken", mend: "look at it"))))
        let keeper = keeper(service, health, clock: TestClock(.endAtOnce))
        let changes = Mutex(0)
        keeper.onChange { changes.withLock { $0 += 1 } }
        #expect(!(await keeper.refresh()))
        do {
            _ = try await keeper.book()
            Issue.record("There are rules")
        } catch {
            #expect(error.code == .unavailable)
            #expect(error.message == "the access monitoring rules are not known yet: it is broken; look at it")
        }
        #expect(note(health)?.contains("no request is posted until they can be") == true)
        service.answer.withLock { $0 = .success([]) }
        #expect(await keeper.refresh())
        // The clock lets no request wait, so the rules have to be known at once.
        #expect(keeper.state.withLock { $0.isKnown } && note(health) == nil)
        // Requests that failed meanwhile are looked at again, although there are no rules.
        #expect(changes.withLock { $0 } == 1)
    }

    @Test("A failure on a live connection is retried after a pause, and at once when the server says that there is news")
    func retried() async throws {
        let (sleeps, began) = AsyncStream<Int>.makeStream()
        let clock = TestClock(.lastUntilWoken) { began.yield($0) }
        let service = Service(.failure(TeleportError(.unavailable, "the proxy hiccups")))
        let keeper = keeper(service, Health(), clock: clock)
        try await withThrowingTaskGroup(of: Void.self) { group throws in
            group.addTask { try await keeper.run() }
            keeper.refreshSoon()
            // One sleep lasts until the next regular look, and the other one until the retry.
            for await count in sleeps where count == 2 { break }
            service.answer.withLock { $0 = .success([Self.rule]) }
            keeper.refreshSoon()
            var known = try await keeper.book()
            #expect(known.entries.count == 1)
            service.answer.withLock { $0 = .failure(TeleportError(.unavailable, "again")) }
            keeper.refreshSoon()
            for await count in sleeps where count == 4 { break }
            known = try await keeper.book()
            #expect(known.entries.count == 1)
            group.cancelAll()
        }
    }

    @Test("A look-up without an answer is made again; any other failure leaves all rules aside for the request")
    func lookUps() async throws {
        let id = try #require(RequestID("2ac7a19b-41ca-4cbf-a491-9a0009d3eef6"))
        let request = AccessRequest(
            id: id, user: "alice", roles: ["dev"], state: .pending, created: .init(milliseconds: 1_754_922_600_000))
        let condition = #"is_empty(user.traits["team"])"#
        let service = Service(.success([MonitoringRule(name: "a", condition: condition, recipients: ["acme/oncall"])]))
        let keeper = keeper(service, Health())
        #expect(await keeper.refresh())
        for code in [TeleportError.Code.unavailable, .timedOut, .cancelled] {
            service.traits.withLock { $0 = .failure(TeleportError(code, "no answer")) }
            await #expect(throws: TeleportError.self) { try await keeper.verdict(on: request) }
        }
        service.traits.withLock { $0 = .failure(Self.broken) }
        guard case .nobody = try await keeper.verdict(on: request) else {
            Issue.record("The rules are used")
            return
        }
        service.traits.withLock { $0 = .success([:]) }
        guard case .named = try await keeper.verdict(on: request) else {
            Issue.record("The rules are not used")
            return
        }
    }
}
