import ServiceLifecycle
import Testing

@testable import Plugin

@Suite("Failing fast", .timeLimit(.minutes(1)))
struct FailFastTests {
    @Test(
        "A server that is away at the start ends the plugin with its problem", arguments: [Health.Part.teleport, .mattermost])
    func away(_ part: Health.Part) async throws {
        let health = Health()
        let service = FailFast(health)
        health.set(part == .teleport ? .mattermost : .teleport, problem: nil)
        health.set(part, problem: "it is away")
        let away = await #expect(throws: FailFast.Away.self) { try await service.run() }
        #expect(away?.description.hasPrefix("it is away\n") == true)
    }

    @Test("One that was there once may go away later")
    func later() {
        var start = FailFast.Start()
        for part in [Health.Part.teleport, .mattermost] {
            let problems = [nil, "it is away"].map { start.problem(in: Health.News(part: part, problem: $0)) }
            #expect(problems == [nil, nil])
        }
        let posting = start.problem(in: Health.News(part: .posting, problem: "a channel is unknown"))
        #expect(posting == nil)
    }
}
