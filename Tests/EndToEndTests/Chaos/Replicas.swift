import Foundation
import Sandbox
import Synchronization
import TestSupport

/// One to three processes of the built plugin behind one address.
final class Replicas: Sendable {
    final class Replica: Sendable {
        struct State {
            var process: PluginProcess?
            var past: [PluginProcess] = []
            /// Whether a fault is under way on the replica.
            var isBusy = false
            var isListening = false
            var isFrozen = false
        }

        let port: Int
        let configuration: String
        /// The text of the configuration file as the stage wrote it.
        let text: String
        let state = Mutex(State())

        init(port: Int, configuration: String) {
            self.port = port
            self.configuration = configuration
            text = (try? String(contentsOfFile: configuration, encoding: .utf8)) ?? ""
        }

        var process: PluginProcess? { state.withLock { $0.process } }
        var everyProcess: [PluginProcess] { state.withLock { $0.past + [$0.process].compactMap(\.self) } }
    }

    let all: [Replica]
    private let excuses: Excuses
    private let current = Mutex(Setup())
    private let isHeld = Mutex(false)

    /// The configuration that all replicas have, or are being given.
    var setup: Setup { current.withLock { $0 } }

    init(_ all: [Replica], excuses: Excuses) {
        self.all = all
        self.excuses = excuses
    }

    /// Returns the port of a random replica that listens, for a click. Now and then it is a replica that is frozen.
    func port() -> Int? {
        let choice = all.filter { replica in
            replica.state.withLock { $0.isListening && (!$0.isFrozen || Int.random(in: 0..<5) == 0) }
        }.randomElement()
        guard let choice else {
            excuses.add("no replica")
            return nil
        }
        if choice.state.withLock({ $0.isFrozen }) { excuses.add("frozen replica") }
        return choice.port
    }

    /// Starts a replica and waits until it listens.
    func start(_ replica: Replica) async throws {
        let process = try PluginProcess(["start", "--config", replica.configuration])
        replica.state.withLock { state in
            if let old = state.process { state.past.append(old) }
            state.process = process
        }
        try await process.line(containing: "Starting secure HTTPS server on")
        replica.state.withLock { $0.isListening = true }
    }

    func startAll() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for replica in all { group.addTask { try await self.start(replica) } }
            try await group.waitForAll()
        }
    }

    /// Carries a fault out on a replica. Returns false when another fault is under way on it.
    func fault(_ fault: ChaosFault, length: Duration, pick: Int) async throws -> Bool {
        let replica = all[pick % all.count]
        let isFree = replica.state.withLock { state in
            defer { state.isBusy = true }
            return !state.isBusy
        }
        guard isFree else { return false }
        defer { replica.state.withLock { $0.isBusy = false } }
        guard let process = replica.process, fault == .sleep || !isHeld.withLock({ $0 }) else { return false }
        switch fault {
        case .sleep:
            replica.state.withLock { $0.isFrozen = true }
            excuses.add("froze a replica")
            process.send(SIGSTOP)
            await Pause.length(length)
            process.send(SIGCONT)
            replica.state.withLock { $0.isFrozen = false }
        default:
            try await end(replica, process, by: fault == .kill ? SIGKILL : SIGTERM)
            await Pause.length(length)
            try await start(replica)
        }
        return true
    }

    /// Gives all replicas another configuration, one after another as a rolling update does. Returns false when one of them is
    /// busy.
    func reconfigure(pause: Duration, pick: Int) async throws -> Bool {
        let taken = all.filter { replica in
            replica.state.withLock { state in
                defer { state.isBusy = true }
                return !state.isBusy
            }
        }
        defer { for replica in taken { replica.state.withLock { $0.isBusy = false } } }
        guard taken.count == all.count, !isHeld.withLock({ $0 }) else { return false }
        let (old, new) = current.withLock { setup in
            defer { setup = setup.next(pick) }
            return (setup, setup.next(pick))
        }
        for replica in all {
            guard let process = replica.process else { continue }
            try new.applied(to: replica.text).write(toFile: replica.configuration, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: replica.configuration)
            if new.losesButtons(of: old) { excuses.add("a new secret", until: .now + .seconds(60)) }
            try await end(replica, process, by: SIGTERM)
            try await start(replica)
            await Pause.length(pause)
        }
        if new.losesButtons(of: old) { excuses.add("a new secret", until: .now + .seconds(60)) }
        return true
    }

    /// Keeps replicas from being started while `body` runs. Returns false, without running it, when one is about to be started.
    func hold(_ body: () async throws -> Void) async rethrows -> Bool {
        isHeld.withLock { $0 = true }
        defer { isHeld.withLock { $0 = false } }
        guard all.allSatisfy({ replica in replica.state.withLock { !$0.isBusy } }) else { return false }
        try await body()
        return true
    }

    private func end(_ replica: Replica, _ process: PluginProcess, by signal: Int32) async throws {
        replica.state.withLock { $0.isListening = false }
        excuses.add(signal == SIGKILL ? "killed a replica" : "stopped a replica")
        let begin = ContinuousClock.now
        process.send(signal)
        let code = try await process.exitCode()
        let expected = signal == SIGKILL ? SIGKILL : 0
        if code != expected { excuses.blame("a replica ended with \(code) after signal \(signal), not \(expected)") }
        if ContinuousClock.now - begin > .seconds(16) { excuses.blame("a replica took \(ContinuousClock.now - begin) to stop") }
    }

    /// Describes the processes that ended without having been told to.
    func crashes() -> [String] {
        all.enumerated().compactMap { number, replica in
            guard let code = replica.process?.state.value.exitCode else { return nil }
            let log = replica.process?.state.value.lines.suffix(20).joined(separator: "\n") ?? ""
            return "replica \(number) ended by itself with \(code):\n\(log)"
        }
    }
}

/// The times at which the plugin is not to blame for an unanswered click, and problems that concern no single request.
final class Excuses: Sendable {
    private let moments = Mutex<[(until: ContinuousClock.Instant, why: String)]>([])
    private let blames = Mutex<[String]>([])

    /// - Parameter until: clicks that begin before this time are excused as well.
    func add(_ why: String, until: ContinuousClock.Instant = .now) { moments.withLock { $0.append((until, why)) } }

    /// Returns the excuse for a click that was under way from `begin` until now; nil when there is none.
    func since(_ begin: ContinuousClock.Instant) -> String? {
        moments.withLock { $0.last { $0.until >= begin - .milliseconds(200) }?.why }
    }

    func blame(_ what: String) { blames.withLock { $0.append(what) } }
    var blamed: [String] { blames.withLock { $0 } }
}
