import Foundation
import Sandbox
import Synchronization
import TestSupport

/// One run: it carries the plan out, and then waits until all posts are right.
struct ChaosRun: Sendable {
    /// The time after the last fault within which everything must be right. The product's own goal is 30 s.
    static let bound = Duration.seconds(60)
    /// The time for which everything must then stay right.
    static let quiet = Duration.seconds(3)

    /// The time from the last fault until everything was right, and the problems that were solved last.
    struct Recovery: Sendable {
        var time: Duration
        var last: [Verdict.Problem]
    }

    let plan: ChaosPlan
    let stage: Stage
    let replicas: Replicas
    /// The relays in front of the servers. Closing one looks to the plugin as if its server had been killed.
    let authRelay: Relay
    let chatRelay: Relay
    let ledger = Ledger()
    let excuses: Excuses
    /// Each server has at most one fault at a time.
    let authBusy = Gate()
    let chatBusy = Gate()

    static func carryOut(_ plan: ChaosPlan) async throws -> ChaosReport {
        try await with(plan) { try await $0.carryOut() }
    }

    /// Sets everything up, starts the replicas, and stops everything after `body`.
    static func with<Result: Sendable>(_ plan: ChaosPlan, _ body: (ChaosRun) async throws -> Result) async throws -> Result {
        try await Stage.with { stage in
            let authPort = try await stage.auth.address.port
            let chatPort = try await stage.mattermost.port
            let authRelay = Relay(port: try FreePort.find()) { authPort }
            let chatRelay = Relay(port: try FreePort.find()) { chatPort }
            let excuses = Excuses()
            let replicas = Replicas(
                try await (0..<plan.replicas).mapAsync { number in
                    let port = try FreePort.find()
                    let file = stage.folder.appending(path: "replica-\(number).toml").path
                    try await stage.writeConfiguration(
                        to: file, listenPort: port, authPort: authRelay.port, chatPort: chatRelay.port)
                    return Replicas.Replica(port: port, configuration: file)
                }, excuses: excuses)
            try stage.mattermost.addSecondChannel()
            let front = Relay(port: stage.callbackPort, target: replicas.port)
            let relays = [authRelay, chatRelay, front]
            for relay in relays { try await relay.open() }
            let run = ChaosRun(
                plan: plan, stage: stage, replicas: replicas, authRelay: authRelay, chatRelay: chatRelay, excuses: excuses)
            try await replicas.startAll()
            let result = try await body(run)
            for relay in relays { await relay.close() }
            return result
        }
    }

    private func carryOut() async throws -> ChaosReport {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await seePosts() }
            let begin = ContinuousClock.now
            try await withThrowingDiscardingTaskGroup { actions in
                for item in plan.items {
                    await Pause.until(begin + item.at)
                    actions.addTask { try await perform(item.action) }
                }
            }
            let recovery = try await settle()
            group.cancelAll()
            return ChaosReport(run: self, recovery: recovery, problems: try Verdict(self).all())
        }
    }

    /// Waits until everything is right and stays so.
    private func settle() async throws -> Recovery {
        let end = ledger.lastFaultEnd, begin = ContinuousClock.now, deadline = begin + Self.bound
        var lastWrong = end, last: [Verdict.Problem] = []
        while ContinuousClock.now < deadline {
            let problems = try Verdict(self).posts()
            if !problems.isEmpty { (lastWrong, last) = (.now, problems) }
            if problems.isEmpty, ContinuousClock.now - max(begin, lastWrong) >= Self.quiet { break }
            await Pause.length(.milliseconds(200))
        }
        return Recovery(time: lastWrong - end, last: last)
    }

    /// Records which requests were ever posted, and the largest number of posts that each had at the same time.
    private func seePosts() async throws {
        for await _ in stage.mattermost.world.bell.changes() {
            let posts = try stage.mattermost.world.read { $0.posts }
            for (id, posts) in Dictionary(grouping: posts, by: { $0.props["teleport"]?["request_id"]?.text }) {
                guard let id else { continue }
                let most = Dictionary(grouping: posts, by: \.channelID).values.map(\.count).max() ?? 0
                ledger.change(id) { entry in
                    entry.wasPosted = true
                    entry.mostPosts = max(entry.mostPosts, most)
                }
            }
        }
    }
}

/// Lets one task in at a time. Others are turned away instead of waiting.
final class Gate: Sendable {
    private let isTaken = Mutex(false)

    func enter() -> Bool {
        isTaken.withLock { isTaken in
            defer { isTaken = true }
            return !isTaken
        }
    }

    func leave() { isTaken.withLock { $0 = false } }
}

extension Sequence {
    func mapAsync<Value>(_ body: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await body(element)) }
        return values
    }
}

extension SandboxMattermost {
    /// Adds a channel like the first one, for ``Setup``.
    fileprivate func addSecondChannel() throws {
        try world.change { state, _ throws(AppError) in
            var second = try state.channel(named: Setup.channel)
            (second.id, second.name, second.displayName) = (Identifier.make(), Setup.secondChannel, "Second")
            state.channels.append(second)
        }
    }
}
