import Access
import Foundation
import Logging
import Mattermost
import Settings
import Watcher

/// Makes the calls that posting each pending request takes, and nothing else, as many at once as the plugin does: a claim, a post
/// and a record. `Benchmarks/run.sh` compares the plugin with it.
///
/// Prints the milliseconds from the start of the process to the last answer.
@main
struct BareCalls: Sendable {
    private static let width = 32

    static func main() async throws {
        let began = ContinuousClock.now
        guard CommandLine.arguments.count == 2 else { fatalError("usage: bare-calls CONFIGURATION") }
        let settings = try Settings.load(CommandLine.arguments[1])
        let logger = Logger(label: "bare-calls") { _ in SwiftLogNoOpLogHandler() }
        let teleport = TeleportClient(configuration: settings.teleport, logger: logger)
        let chat = try MattermostClient(settings.mattermost.client)
        let watcher = WatcherService(client: teleport, logger: logger, asksForEvents: false) { _ in }
        let connection = Task { try await watcher.run() }
        let calls = BareCalls(teleport: teleport, chat: chat, settings: settings)
        try await calls.postAll()
        let time = (ContinuousClock.now - began) / .milliseconds(1)
        print(String(format: "%.0f", time))
        connection.cancel()
        chat.shutdown()
    }

    let teleport: TeleportClient
    let chat: MattermostClient
    let settings: Settings

    private func postAll() async throws {
        let requests = try await teleport.requests().filter { $0.state == .pending }
        guard case .channel(let name)? = settings.mattermost.recipients.always.first else { fatalError("no channel") }
        let channel = try await chat.channel(team: name.team, channel: name.channel).id
        try await withThrowingDiscardingTaskGroup { group in
            for first in 0..<Self.width {
                group.addTask {
                    for place in stride(from: first, to: requests.count, by: Self.width) {
                        try await post(requests[place], in: channel)
                    }
                }
            }
        }
    }

    private func post(_ request: AccessRequest, in channel: String) async throws {
        let key = PluginRecord.Key.self
        let claim = Claim(replica: "bare-calls", until: .now).description
        try await teleport.updatePluginData(of: request.id, setting: [key.claim: claim], expecting: [key.claim: ""])
        let card = Card(Subject(request), status: .pending, cluster: teleport.clusterName)
        let post = try await chat.createPost(card, in: channel, pendingPostID: "\(request.id)")
        try await teleport.updatePluginData(
            of: request.id, setting: [key.claim: "", key.messages: post.description], expecting: [key.claim: claim])
    }
}
