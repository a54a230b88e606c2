import Access
import ServiceLifecycle
import Testing

@testable import Daemon

@Suite("Failing fast", .timeLimit(.minutes(1)))
struct FailFastTests {
    @Test(
        "A server that is away at the start ends the plugin with its problem", arguments: [Health.Part.teleport, .mattermost])
    func away(_ part: Health.Part) async throws {
        let health = Health()
        let service = FailFast(health)
        health.set(part == .teleport ? .mattermost : .teleport, problem: nil)
        health.set(part, problem: Notice("it is away"))
        let away = await #expect(throws: FailFast.Away.self) { try await service.run() }
        #expect(away?.description.hasPrefix("it is away\n") == true)
    }

    @Test("A recipient that cannot be told does not end the plugin, because the others are told")
    func recipient() {
        var start = FailFast.Start()
        let reports = [
            Health.News(part: .mattermost, problem: nil), .init(part: .recipients, problem: Notice("no such channel")),
        ]
        let problems = reports.map { start.problem(in: $0) }
        #expect(problems.allSatisfy { $0 == nil })
    }

    @Test("The variable takes the words that Go takes for a boolean, and no others")
    func words() {
        for (value, isAsked) in [("1", true), ("true", true), ("T", true), ("", false), ("0", false), ("False", false)] {
            #expect((try? FailFast.isAsked(value)) == isAsked)
        }
        for value in ["yes", "on", "2", " true"] {
            #expect(throws: StartError.self) { try FailFast.isAsked(value) }
        }
    }

    @Test("A server that was there once may go away later")
    func later() {
        var start = FailFast.Start()
        for part in [Health.Part.teleport, .mattermost] {
            let problems = [nil, Notice("it is away")].map { start.problem(in: Health.News(part: part, problem: $0)) }
            #expect(problems.allSatisfy { $0 == nil })
        }
        let posting = start.problem(in: Health.News(part: .posting, problem: Notice("a channel is unknown")))
        #expect(posting == nil)
    }
}
