import Foundation
import Sandbox
import Testing

@Suite("Taking over while Mattermost is slow", .timeLimit(.minutes(2)))
struct SlowTakeOverTests {
    private static let names = ["second", "third", "fourth", "fifth"]

    /// More channels with the same members, all of them recipients.
    private func addChannels(_ stage: Stage) throws {
        try stage.mattermost.world.change { state, _ in
            guard let first = state.channels.first(where: { $0.name == "access-requests" }) else { return }
            for (number, name) in Self.names.enumerated() {
                var channel = first
                (channel.id, channel.name) = ("\(number + 3)gwdyjubydfne5nshbuea4gaab", name)
                state.channels.append(channel)
            }
        }
        let text = try String(contentsOfFile: stage.configuration, encoding: .utf8)
        let recipients = (["access-requests"] + Self.names).map { "\"acme/\($0)\"" }.joined(separator: ", ")
        try text.replacing("team = \"acme\"\nchannel = \"access-requests\"", with: "recipients = [\(recipients)]")
            .write(toFile: stage.configuration, atomically: true, encoding: .utf8)
    }

    @Test("At a second per call five recipients have their posts within a minute of a kill, each one")
    func killed() async throws {
        try await Stage.with { stage in
            try addChannels(stage)
            let first = try await stage.startPlugin()
            stage.mattermost.faults.setLatency(.seconds(1))
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            for await _ in stage.mattermost.world.bell.changes() where try !stage.posts(about: id).isEmpty { break }
            first.send(SIGKILL)
            _ = try await first.exitCode()
            let begun = ContinuousClock.now
            let second = try PluginProcess(["start", "--config", stage.configuration])
            for await _ in stage.mattermost.world.bell.changes() where try stage.posts(about: id).count >= 5 { break }
            while stage.auth.pluginData(id)["mattermost"]?["claim"] != nil { await Pause.length(.milliseconds(50)) }
            #expect(ContinuousClock.now - begun < .seconds(60))
            stage.mattermost.faults.setLatency(.zero)
            #expect(Set(try stage.posts(about: id).map(\.channelID)).count == 5)
            #expect(try stage.posts(about: id).count == 5)
            #expect(try await second.stop() == 0)
        }
    }
}
