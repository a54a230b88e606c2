import Access
import ActionCrypto
import Synchronization

/// What was handed in of the dialogs of the last minutes. The first reason binds a dialog's state, which passes through proxies that
/// may write it down: whoever reads it there can hand in nothing but what the person did.
final class Submissions: Sendable {
    enum Entry {
        case taken
        /// Another reason came before.
        case changed
        /// Too often, or there is no room to remember it.
        case refused
    }

    /// For somebody who tries again while a server is away.
    static let tries = 10
    /// Above what a state is good for.
    static let keep = Reasons.lifetime + ProofDesk.window * 2

    private struct Item {
        let reason: Digest256
        var tries = 1
    }

    private struct State {
        var items: [Digest256: Item] = [:]
        var order: [(ticket: Digest256, at: Duration)] = []
    }

    private let state = Mutex(State())
    private let limit: Int
    private let elapsed: @Sendable () -> Duration

    init(limit: Int = 16_384, elapsed: @escaping @Sendable () -> Duration) {
        self.limit = limit
        self.elapsed = elapsed
    }

    func enter(_ ticket: DialogTicket, reason: String) -> Entry {
        let now = elapsed()
        let name =
            "\(ticket.requestID) \(ticket.decision.rawValue) \(ticket.userID) \(ticket.postID) \(ticket.issued.milliseconds)"
        guard let key = try? Digest256(of: name.utf8), let reason = try? Digest256(of: reason.utf8) else { return .refused }
        return state.withLock { state in
            dropOld(&state, now)
            guard let item = state.items[key] else {
                guard state.items.count < limit else { return .refused }
                state.items[key] = Item(reason: reason)
                state.order.append((key, now))
                return .taken
            }
            guard item.reason == reason else { return .changed }
            guard item.tries < Self.tries else { return .refused }
            state.items[key]?.tries += 1
            return .taken
        }
    }

    private func dropOld(_ state: inout State, _ now: Duration) {
        let fresh = state.order.firstIndex { now - $0.at <= Self.keep } ?? state.order.endIndex
        guard fresh > 0 else { return }
        for entry in state.order[..<fresh] { state.items[entry.ticket] = nil }
        state.order.removeFirst(fresh)
    }
}
