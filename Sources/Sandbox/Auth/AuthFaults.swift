package import GRPCCore
import Synchronization

/// Switches that make the auth service misbehave like a real one whose server or network fails.
package final class AuthFaults: Sendable {
    /// A fault that a call meets instead of a normal answer.
    package enum CallFault: Sendable {
        /// The call is accepted, but not carried out and never answered.
        case stall
        /// The connection is cut before the call is carried out.
        case drop
        /// The call is answered with this status and not carried out.
        case answer(RPCError.Code, String)
        /// The call is carried out, but never answered.
        case actThenStall
        /// The call is carried out. Then the connection is cut, so no answer arrives.
        case actThenDrop
    }

    /// The error that ends a watch when the server stops.
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

    /// Plans a fault for the next calls.
    ///
    /// - Parameter method: the method's name, such as `SetAccessRequestState`; nil for any method.
    package func next(of method: String? = nil, _ fault: CallFault, times: Int = 1) {
        planned.withLock { $0 += Array(repeating: Planned(method: method, fault: fault), count: times) }
    }

    /// Removes all planned faults, and ends a stall and a freeze.
    package func clear() {
        planned.withLock { $0 = [] }
        isStalled = false
        thaw()
    }

    /// While it is true, calls are accepted and wait. They continue when it becomes false. Open watches are not affected.
    package var isStalled: Bool {
        get { stalled.value }
        set { stalled.update { $0 = newValue } }
    }

    /// The delay before events are sent to watches.
    package var eventLag: Duration {
        get { lag.withLock { $0 } }
        set { lag.withLock { $0 = newValue } }
    }

    /// Stops all bytes in both directions without closing a connection, as a stopped process or a dead network does.
    package func freeze() { connections.setFrozen(true) }

    package func thaw() { connections.setFrozen(false) }

    /// Ends all watches with an error, by default the one of a server that stops. With nil they end without an error.
    package func cutWatches(throwing error: RPCError? = AuthFaults.streamClosed) {
        store.endWatches(throwing: error)
    }

    /// Closes all connections without TLS or HTTP/2 saying so first.
    package func cutConnections() { connections.cutAll() }

    func take(for method: String) -> CallFault? {
        planned.withLock { planned in
            planned.firstIndex { $0.method == nil || $0.method == method }.map { planned.remove(at: $0).fault }
        }
    }

    func waitWhileStalled() async throws { try await stalled.first { !$0 } }
}
