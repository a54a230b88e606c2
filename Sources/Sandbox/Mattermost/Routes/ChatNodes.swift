import NIOCore
import Synchronization

/// Chooses the node that answers a call, like a load balancer in front of several nodes of one server.
package final class ChatNodes: Sendable {
    package enum Spread: Sendable {
        /// Each call goes to the next node.
        case calls
        /// All calls of a connection go to the same node.
        case connections
    }

    private struct State: Sendable {
        var count: Int
        var next = 0
        var byConnection: [ObjectIdentifier: Int] = [:]

        mutating func turn() -> Int {
            defer { next += 1 }
            return next % count
        }
    }

    private let spread: Spread
    private let state: Mutex<State>

    init(count: Int, spread: Spread) {
        state = Mutex(State(count: max(count, 1)))
        self.spread = spread
    }

    var count: Int {
        get { state.withLock { $0.count } }
        set {
            state.withLock { state in
                state.count = max(newValue, 1)
                state.byConnection = state.byConnection.filter { $0.value < state.count }
            }
        }
    }

    func next(for channel: any Channel) -> Int {
        guard count > 1 else { return 0 }
        guard spread == .connections else { return state.withLock { $0.turn() } }
        let id = ObjectIdentifier(channel)
        let (node, isNew) = state.withLock { state in
            if let known = state.byConnection[id] { return (known, false) }
            let node = state.turn()
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
}
