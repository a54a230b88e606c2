package import GRPCCore
import Synchronization

/// Switches that make the auth service misbehave as real ones, their networks and their machines do.
package final class AuthFaults: Sendable {
    /// What happens to one call instead of an answer.
    package enum CallFault: Sendable {
        /// Accepted, never answered.
        case stall
        /// The call's connection is cut before anything was done.
        case drop
        /// Answered with this status; nothing is done.
        case answer(RPCError.Code, String)
        /// Done, but never answered.
        case actThenStall
        /// Done, then the call's connection is cut instead of an answer.
        case actThenDrop
    }

    /// What a watch ends with when the server goes away.
    package static let streamClosed = RPCError(code: .unavailable, message: "Stream unexpectedly closed.")

    private struct Planned: Sendable {
        var method: String?
        var fault: CallFault
    }

    private let planned = Mutex<[Planned]>([])
    private let stalled = Observed(false)
    private let lag: Mutex<Duration>
    private let connections: AuthConnections
    private let store: AuthStore

    init(eventLag: Duration, connections: AuthConnections, store: AuthStore) {
        lag = Mutex(eventLag)
        self.connections = connections
        self.store = store
    }

    /// Plans a fault for the next calls; `method` as in `SetAccessRequestState`, nil for any.
    package func next(of method: String? = nil, _ fault: CallFault, times: Int = 1) {
        planned.withLock { $0 += Array(repeating: Planned(method: method, fault: fault), count: times) }
    }

    /// Forgets what is planned, and ends a stall and a freeze.
    package func clear() {
        planned.withLock { $0 = [] }
        isStalled = false
        thaw()
    }

    /// While set, calls are accepted and wait; they go on when it is cleared. Open watches go on meanwhile.
    package var isStalled: Bool {
        get { stalled.value }
        set { stalled.update { $0 = newValue } }
    }

    /// How late events are told.
    package var eventLag: Duration {
        get { lag.withLock { $0 } }
        set { lag.withLock { $0 = newValue } }
    }

    /// Freezes every byte in both directions, as a stopped process or a dead network does: nothing is closed.
    package func freeze() { connections.setFrozen(true) }

    package func thaw() { connections.setFrozen(false) }

    /// Ends all watches, by default as a server that goes away does; nil ends them cleanly.
    package func cutWatches(throwing error: RPCError? = AuthFaults.streamClosed) {
        store.endWatches(throwing: error)
    }

    /// Closes all connections without a word.
    package func cutConnections() { connections.cutAll() }

    func take(for method: String) -> CallFault? {
        planned.withLock { planned in
            planned.firstIndex { $0.method == nil || $0.method == method }.map { planned.remove(at: $0).fault }
        }
    }

    func waitWhileStalled() async throws { try await stalled.first { !$0 } }
}
