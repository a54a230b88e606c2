import NIOCore
import Synchronization

/// Several nodes of one server behind a balancer: which of them answers a call.
package final class ChatNodes: Sendable {
    package enum Spread: Sendable {
        /// Each call goes to the next node.
        case calls
        /// Each connection keeps the node that its first call went to.
        case connections
    }

    private let count: Int
    private let spread: Spread
    private let state = Mutex<(next: Int, byConnection: [ObjectIdentifier: Int])>((0, [:]))

    init(count: Int, spread: Spread) {
        self.count = max(count, 1)
        self.spread = spread
    }

    func next(for channel: any Channel) -> Int {
        guard count > 1 else { return 0 }
        guard spread == .connections else { return state.withLock { turn(&$0.next) } }
        let id = ObjectIdentifier(channel)
        let (node, isNew) = state.withLock { state in
            if let known = state.byConnection[id] { return (known, false) }
            let node = turn(&state.next)
            state.byConnection[id] = node
            return (node, true)
        }
        if isNew {
            channel.closeFuture.whenComplete { [weak self] _ in
                self?.state.withLock { _ = $0.byConnection.removeValue(forKey: id) }
            }
        }
        return node
    }

    private func turn(_ next: inout Int) -> Int {
        defer { next = (next + 1) % count }
        return next
    }
}
