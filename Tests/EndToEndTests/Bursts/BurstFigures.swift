import Foundation
import Sandbox
import Testing

/// Makes thousands of requests at once, with the built plugin. `make bursts` runs these tests and prints how long each took.
/// The servers run in the tests' process, on the same cores.
@Suite(
    "Bursts", .serialized, .enabled(if: ProcessInfo.processInfo.environment["BURSTS"] != nil), .timeLimit(.minutes(20)))
struct BurstFigures {
    private static func count(_ name: String, _ usual: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
    }

    private func create(_ count: Int, _ stage: Stage) -> [String] {
        (0..<count).map { _ in stage.auth.createRequest(user: "dave", roles: ["editor"]) }
    }

    private func shown(_ state: String, _ stage: Stage) throws -> Int {
        try stage.mattermost.world.read { state in state.posts }.count { $0.props["teleport"]?["state"]?.text == state }
    }

    /// Returns the time that passed until `isDone` returned true.
    private func time(
        each pause: Duration = .milliseconds(500), _ isDone: () throws -> Bool
    ) async throws -> Duration {
        let begun = ContinuousClock.now
        while try !isDone() {
            await Pause.length(pause)
            if ContinuousClock.now - begun > .seconds(600) { throw Stage.NoSuchThing(what: "an end within 600 s") }
        }
        return ContinuousClock.now - begun
    }

    /// Makes a request, and returns the time until its post.
    private func newRequest(_ stage: Stage) async throws -> Duration {
        let id = stage.auth.createRequest(user: "erin", roles: ["editor"])
        return try await time(each: .milliseconds(20)) { try !stage.posts(about: id).isEmpty }
    }

    private func seconds(_ duration: Duration) -> String {
        let whole = duration.components
        return "\(Double(whole.seconds * 1000 + whole.attoseconds / 1_000_000_000_000_000) / 1000) s"
    }

    @Test("A new request is posted before the thousands of older ones that a start has to catch up with")
    func freshBeforeOld() async throws {
        try await Stage.with { stage in
            let count = Self.count("PENDING", 10_000)
            _ = create(count, stage)
            let plugin = try await stage.startPlugin()
            _ = try await time { try shown("pending", stage) >= count / 20 }
            let fresh = try await newRequest(stage)
            print("\(count) pending at the start: a new request after \(seconds(fresh))")
            let rest = try await time { try shown("pending", stage) > count }
            print("All posted after \(seconds(rest)) more")
            print("CPU of the plugin: \(try plugin.cpuMilliseconds) ms, resident \(try plugin.residentKilobytes) kB")
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("Thousands of removals at once are all shown, and a restart with thousands of open posts is quick")
    func removals() async throws {
        try await Stage.with { stage in
            let count = Self.count("REMOVED", 3000)
            let first = try await stage.startPlugin()
            let ids = create(count, stage)
            let posted = try await time { try shown("pending", stage) == count }
            #expect(try await first.stop() == 0)

            let second = try await stage.startPlugin()
            let fresh = try await newRequest(stage)
            await Pause.length(.seconds(10))
            let cpu = try second.cpuMilliseconds
            print(
                "\(count) posted in \(seconds(posted)); after a restart a new request after \(seconds(fresh)), CPU \(cpu) ms in 10 s"
            )
            for id in ids { stage.auth.delete(id) }
            let begun = ContinuousClock.now
            let whileBusy = try await newRequest(stage)
            _ = try await time { try shown("expired", stage) == count }
            print(
                "\(count) removals shown in \(seconds(ContinuousClock.now - begun)), a new request meanwhile after \(seconds(whileBusy)), "
                    + "CPU \(try second.cpuMilliseconds - cpu) ms")
            #expect(try await second.stop() == 0)
        }
    }
}
