import Access
import ActionCrypto
import Synchronization

/// What was handed in of the dialogs of the last minutes. The first reason binds a dialog's state, which passes through proxies that
/// may write it down: whoever reads it there can hand in nothing but what the person did.
final class SeenSubmissions: Sendable {
    enum Entry {
        case taken
        /// The same once more.
        case repeated
        /// Another reason came before.
        case changed
        /// Too often, or there is no room to remember it.
        case refused
    }

    /// For somebody who tries again while a server is away.
    static let tries = 10
    /// Dialogs that are remembered, of all people.
    static let limit = 16_384
    /// Dialogs of one person's that are remembered, so that nobody takes the places of the others.
    static let perPerson = 240
    /// Above what a state is good for.
    static let keep = DialogMaker.lifetime + ProofVerifier.window * 2

    private struct Key: Hashable {
        let ticket: Digest256
        let proof: Digest256?
    }

    private struct Item {
        let reason: Digest256
        let userID: String
        var tries = 1
    }

    private struct State {
        var items: [Key: Item] = [:]
        /// The number of `items` by user id.
        var tally = Counts()
        var order: [(key: Key, at: Duration)] = []
    }

    private let state = Mutex(State())
    private let limit: Int
    private let elapsed: @Sendable () -> Duration

    init(limit: Int = SeenSubmissions.limit, elapsed: @escaping @Sendable () -> Duration) {
        self.limit = limit
        self.elapsed = elapsed
    }

    /// - Parameter proof: of the click that opened the dialog: whoever knows a signing secret can make up any number of states with
    ///   it, and none of them takes another reason than the first.
    func enter(_ ticket: DialogTicket, reason: String, proof: ClickerProof? = nil) -> Entry {
        let now = elapsed()
        let moment = proof == nil ? "\(ticket.issued.milliseconds)" : ""
        let name = "\(ticket.requestID) \(ticket.decision.rawValue) \(ticket.userID) \(ticket.postID) \(moment)"
        guard let name = try? Digest256(of: name.utf8), let reason = try? Digest256(of: reason.utf8) else { return .refused }
        let key = Key(ticket: name, proof: proof?.identity)
        return state.withLock { state in
            dropOld(&state, now)
            guard let item = state.items[key] else {
                guard state.items.count < limit, state.tally[ticket.userID] < Self.perPerson else { return .refused }
                state.items[key] = Item(reason: reason, userID: ticket.userID)
                state.tally.add(ticket.userID)
                state.order.append((key, now))
                return .taken
            }
            guard item.reason == reason else { return .changed }
            guard item.tries < Self.tries else { return .refused }
            state.items[key]?.tries += 1
            return .repeated
        }
    }

    private func dropOld(_ state: inout State, _ now: Duration) {
        let fresh = state.order.firstIndex { now - $0.at <= Self.keep } ?? state.order.endIndex
        guard fresh > 0 else { return }
        for entry in state.order[..<fresh] {
            if let item = state.items.removeValue(forKey: entry.key) { state.tally.remove(item.userID) }
        }
        state.order.removeFirst(fresh)
    }
}
