import TestSupport

/// What goes wrong, each for a while.
enum ChaosFault: String, CaseIterable, Sendable {
    /// A replica: `kill -9` and a new start; a stop as asked and a new start; SIGSTOP, then SIGCONT.
    case kill, term, sleep
    case chatStall, chatLimit, chatError, chatDrop, chatLoseAnswer, chatStop
    /// `authStop` refuses and cuts connections, as a killed server does, in a relay before it.
    case authStall, authFreeze, authCutWatches, authCutConnections, authError, authDrop, authActThenDrop, authActThenStall
    case authStop

    var isOfReplica: Bool { [.kill, .term, .sleep].contains(self) }
    var isOfChat: Bool { rawValue.hasPrefix("chat") }
}

/// What people and Teleport do. A `pick` chooses among the latest requests.
enum ChaosAction: Sendable {
    case create(count: Int, lifetime: Duration?)
    /// All at once.
    case click(pick: Int, clicks: [(person: Int, button: String)])
    case resolve(pick: Int, approved: Bool)
    case remove(pick: Int)
    case deletePost(pick: Int)
    case fault(ChaosFault, length: Duration, pick: Int)
}

/// When what happens: the same for the same seed.
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

    init(seed: UInt64, length: Duration, faults: [ChaosFault] = ChaosFault.allCases) {
        var dice = SplitMix64(seed: seed)
        self.seed = seed
        self.length = length
        replicas = Int.random(in: 1...3, using: &dice)
        var items: [Item] = []
        var at = Duration.zero
        while at < length {
            items.append(Item(at: at, action: Self.action(left: length - at, faults, &dice)))
            at += .milliseconds(Int.random(in: 20...300, using: &dice))
        }
        self.items = items
    }

    private static func action(left: Duration, _ faults: [ChaosFault], _ dice: inout SplitMix64) -> ChaosAction {
        let pick = Int.random(in: 0..<1_000_000, using: &dice)
        switch Int.random(in: 0..<100, using: &dice) {
        case ..<30:
            let isShort = Int.random(in: 0..<5, using: &dice) == 0
            return .create(count: 1, lifetime: isShort ? .seconds(Int.random(in: 3...20, using: &dice)) : nil)
        case ..<32: return .create(count: Int.random(in: 2...12, using: &dice), lifetime: nil)
        case ..<62: return .click(pick: pick, clicks: clicks(&dice))
        case ..<70: return .resolve(pick: pick, approved: Bool.random(using: &dice))
        case ..<73: return .remove(pick: pick)
        case ..<74: return .deletePost(pick: pick)
        default:
            let fault = faults.randomElement(using: &dice) ?? .kill
            let longest = fault == .sleep ? 25_000 : fault == .kill ? 4_000 : 12_000
            let isLong = Int.random(in: 0..<4, using: &dice) == 0
            let length = Duration.milliseconds(Int.random(in: 50...(isLong ? longest : 2_000), using: &dice))
            return .fault(fault, length: min(length, left), pick: pick)
        }
    }

    /// One to four people, each pressing a button of their own choice.
    private static func clicks(_ dice: inout SplitMix64) -> [(person: Int, button: String)] {
        let count = Int.random(in: 1...4, using: &dice)
        return people.indices.shuffled(using: &dice).prefix(count).map {
            ($0, Bool.random(using: &dice) ? "approve" : "deny")
        }
    }
}
