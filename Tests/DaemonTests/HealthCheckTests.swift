import Access
import Base
import CircuitBreakers
import PluginTestSupport
import Posts
import Sandbox
import TestSupport
import Testing

@testable import Daemon

@Suite("Checks of Mattermost's health", .timeLimit(.minutes(1)))
struct HealthCheckTests {
    /// Makes a check, lets `path` fail from then on, makes another check, and returns what the plugin is unready for apart from the
    /// watch on Teleport, which nothing tells here.
    private static func problems(ifFailing path: String) async throws -> [Health.Part] {
        try await Rig.with { rig in
            let health = Health()
            let (checks, done) = AsyncStream.makeStream(of: Int.self)
            let clock = TestClock(.lastUntilWoken) { done.yield($0) }
            let check = HealthCheck(
                Live(rig.environment.posts), breaker: rig.environment.circuits.chat, health: health, clock: clock)
            return await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await check.run() }
                defer { group.cancelAll() }
                for await number in checks {
                    guard number == 1 else { break }
                    #expect(health.reasons.allSatisfy { $0.part == .teleport })
                    rig.mattermost.faults.inject(.internalError, path: path, method: "GET", times: 10)
                    clock.wake()
                }
                return health.reasons.map(\.part).filter { $0 != .teleport }
            }
        }
    }

    @Test("A later check asks for the bot's membership, which tells of the server and the token too")
    func membership() async throws { #expect(try await Self.problems(ifFailing: "/members/") == [.mattermost]) }

    @Test("It does not ask for the bot's account again")
    func account() async throws { #expect(try await Self.problems(ifFailing: "/users/me") == []) }
}
