import Foundation
import Sandbox
import Testing

@Suite("Taking over while Mattermost is slow", .timeLimit(.minutes(2)))
struct SlowTakeOverTests {
    /// Adds channels with the same members, and makes `count` channels in all the recipients.
    private func addChannels(_ count: Int, _ stage: Stage) throws {
        let more = (2...count).map { number in "channel-\(number)" }
        try stage.mattermost.world.change { state, _ in
            guard let first = state.channels.first(where: { $0.name == "access-requests" }) else { return }
            for (number, name) in more.enumerated() {
                var channel = first
                (channel.id, channel.name) = ("\(number + 10)wdyjubydfne5nshbuea4gaab", name)
                state.channels.append(channel)
            }
        }
        let text = try String(contentsOfFile: stage.configuration, encoding: .utf8)
        let recipients = (["access-requests"] + more).map { "\"acme/\($0)\"" }.joined(separator: ", ")
        try text.replacing("team = \"acme\"\nchannel = \"access-requests\"", with: "recipients = [\(recipients)]")
            .write(toFile: stage.configuration, atomically: true, encoding: .utf8)
    }

    @Test(
        "However slow each call is, every recipient has one post within a minute of a kill",
        arguments: [(5, Duration.seconds(1)), (40, Duration.milliseconds(100))])
    func killed(recipients: Int, latency: Duration) async throws {
        try await Stage.with { stage in
            try addChannels(recipients, stage)
            let first = try await stage.startPlugin()
            stage.mattermost.faults.setLatency(latency)
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            for await _ in stage.mattermost.world.bell.changes() where try !stage.posts(about: id).isEmpty { break }
            first.send(SIGKILL)
            _ = try await first.exitCode()
            let begun = ContinuousClock.now
            let second = try PluginProcess(["start", "--config", stage.configuration])
            for await _ in stage.mattermost.world.bell.changes() where try stage.posts(about: id).count >= recipients { break }
            while stage.auth.pluginData(id)["mattermost"]?["claim"] != nil { await Pause.length(.milliseconds(50)) }
            #expect(ContinuousClock.now - begun < .seconds(60))
            stage.mattermost.faults.setLatency(.zero)
            #expect(Set(try stage.posts(about: id).map(\.channelID)).count == recipients)
            #expect(try stage.posts(about: id).count == recipients)
            let code = try await second.stop()
            #expect(code == 0, "\(second.state.value.lines.suffix(20))")
        }
    }
}
