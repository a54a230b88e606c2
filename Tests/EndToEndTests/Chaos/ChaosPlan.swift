import TestSupport

/// The faults of a chaos run. Each lasts for a while. A server is stopped (`chatStop`, `authStop`) by closing the relay in
/// front of it.
enum ChaosFault: String, CaseIterable, Sendable {
    /// Faults of one replica: `kill -9` and a new start, a regular stop and a new start, and SIGSTOP followed by SIGCONT.
    case kill, term, sleep
    /// All replicas are restarted one after another with another configuration: other recipients, another secret with or
    /// without the previous one, or another address for buttons. See ``Setup``.
    case reconfigure
    case chatStall, chatLimit, chatError, chatDrop, chatLoseAnswer, chatStop
    /// The channel is archived, members may neither edit nor delete posts, every call is slow, there are two nodes in front of
    /// a replica that lags, or the bot's token is revoked.
    case chatArchive, chatNoEdit, chatSlow, chatNodes, chatRevoke
    case authStall, authFreeze, authCutWatches, authCutConnections, authError, authDrop, authActThenDrop, authActThenStall
    case authStop
    /// The plugin's role lacks the verb `list` on requests, and so cannot read any plugin data.
    case authNoList

    var isOfReplica: Bool { [.kill, .term, .sleep].contains(self) }
    /// Whether no replica may be started during the fault, because a replica that cannot log in at its start ends.
    var keepsReplicas: Bool { [.chatRevoke, .authNoList].contains(self) }
    var isOfChat: Bool { rawValue.hasPrefix("chat") }
}

/// An action of people or of Teleport. Its `pick` chooses among the latest requests.
enum ChaosAction: Sendable {
    case create(count: Int, lifetime: Duration?)
    /// The clicks are made all at the same time.
    case click(pick: Int, clicks: [(person: Int, button: String)])
    case resolve(pick: Int, approved: Bool)
    case remove(pick: Int)
    case deletePost(pick: Int)
    /// Teleport removes the plugin data of a request that is older than a minute.
    case endRecord(pick: Int)
    case fault(ChaosFault, length: Duration, pick: Int)
}

/// The times and actions of a run. The same seed gives the same plan.
struct ChaosPlan: Sendable {
    struct Item: Sendable {
        var at: Duration
        var action: ChaosAction
    }

    static let people = ["alice", "bob", "carol", "dave"]

    let seed: UInt64
    let length: Duration
    let replicas: Int
    let items: [Item]

    /// Makes a plan without actions, for tests that choose their own.
    init(replicas: Int) {
        (seed, length, items) = (0, .zero, [])
        self.replicas = replicas
    }

    init(seed: UInt64, length: Duration, faults: [ChaosFault] = ChaosFault.allCases) {
        var dice = SplitMix64(seed: seed)
        self.seed = seed
        self.length = length
        replicas = Int.random(in: 1...3, using: &dice)
        var items: [Item] = []
        var at = Duration.zero
        while at < length {
            items += Self.actions(left: length - at, of: length, faults, &dice).map { Item(at: at + $0, action: $1) }
            at += .milliseconds(Int.random(in: 20...300, using: &dice))
        }
        self.items = items
    }

    /// Returns the actions of a moment, each with the time until it begins.
    private static func actions(
        left: Duration, of length: Duration, _ faults: [ChaosFault], _ dice: inout SplitMix64
    ) -> [(Duration, ChaosAction)] {
        let pick = Int.random(in: 0..<1_000_000, using: &dice)
        let soon = Duration.milliseconds(Int.random(in: 0...80, using: &dice))
        switch Int.random(in: 0..<100, using: &dice) {
        case ..<28:
            let isShort = Int.random(in: 0..<5, using: &dice) == 0
            return [(.zero, .create(count: 1, lifetime: isShort ? .seconds(Int.random(in: 3...20, using: &dice)) : nil))]
        case ..<30: return [(.zero, .create(count: Int.random(in: 2...12, using: &dice), lifetime: nil))]
        case ..<33:
            // The fault begins in the middle of a burst of requests.
            let fault = fault(left: left, of: length, faults, &dice)
            return [(.zero, .create(count: Int.random(in: 2...12, using: &dice), lifetime: nil)), (soon, fault)]
        case ..<59: return [(.zero, .click(pick: pick, clicks: clicks(&dice)))]
        case ..<63:
            // The fault begins in the middle of a decision.
            let fault = fault(left: left, of: length, faults, &dice)
            return [(.zero, .click(pick: pick, clicks: clicks(&dice))), (soon, fault)]
        case ..<71: return [(.zero, .resolve(pick: pick, approved: Bool.random(using: &dice)))]
        case ..<74: return [(.zero, .remove(pick: pick))]
        case ..<75: return [(.zero, .deletePost(pick: pick))]
        case ..<77: return [(.zero, .endRecord(pick: pick))]
        default: return [(.zero, fault(left: left, of: length, faults, &dice))]
        }
    }

    /// Returns a fault. Most faults are short, and some last as long as the life of a claim or longer. None outlasts the run.
    private static func fault(
        left: Duration, of length: Duration, _ faults: [ChaosFault], _ dice: inout SplitMix64
    ) -> ChaosAction {
        let fault = faults.randomElement(using: &dice) ?? .kill
        let isLong = Int.random(in: 0..<(fault == .sleep ? 2 : 5), using: &dice) == 0
        let range = fault == .kill || fault == .term ? 50...4_000 : isLong ? 12_000...40_000 : 50...3_000
        let time = Duration.milliseconds(Int.random(in: range, using: &dice))
        return .fault(fault, length: min(time, left, length / 3), pick: Int.random(in: 0..<1_000_000, using: &dice))
    }

    /// Returns the clicks of one to four people, each on a random button.
    private static func clicks(_ dice: inout SplitMix64) -> [(person: Int, button: String)] {
        let count = Int.random(in: 1...4, using: &dice)
        return people.indices.shuffled(using: &dice).prefix(count).map {
            ($0, Bool.random(using: &dice) ? "approve" : "deny")
        }
    }
}
