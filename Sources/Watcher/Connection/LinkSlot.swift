import Access
import Synchronization

/// Holds the one connection that calls share, or the reason why there is none. A call without a connection waits here for the
/// next one.
///
/// ```
/// empty (calls wait)      ── fill, restore ──▶ filled
/// filled (calls are made) ── drop, empty ────▶ empty
/// empty, filled           ── close ──────────▶ closed (calls end without a connection)
/// ```
///
/// The slot is filled once the server has answered `Ping`. A field of the status says whether the *watch* is on, because calls
/// may be made before its first event.
final class LinkSlot: Sendable {
    private struct State {
        var link: Link?
        var status = ConnectionStatus()
        var clusterName: String?
        var webAddress: String?
        /// The calls that wait for a connection. The key is a number that identifies the call.
        var waiters: [UInt64: CheckedContinuation<Link?, Never>] = [:]
        var nextWaiter: UInt64 = 0
        /// Whether the plugin is shutting down, so that there will be no further connection.
        var isClosed = false

        mutating func takeWaiters() -> [CheckedContinuation<Link?, Never>] {
            defer { waiters = [:] }
            return Array(waiters.values)
        }
    }

    private let state = Mutex(State())

    var status: ConnectionStatus { state.withLock { $0.status } }
    var clusterName: String? { state.withLock { $0.clusterName } }
    var webAddress: String? { state.withLock { $0.webAddress } }

    /// Returns the connection, and waits for one if there is none. Nil when the task is cancelled before that, or the slot is
    /// closed.
    func link() async -> Link? {
        let id = state.withLock { state in
            state.nextWaiter &+= 1
            return state.nextWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> Link?? in
                    if let link = state.link, link.isActive { return .some(link) }
                    // This is checked under the lock, because a cancellation that came earlier has found no waiter to resume.
                    if Task.isCancelled || state.isClosed { return .some(nil) }
                    state.waiters[id] = continuation
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(returning: nil)
        }
    }

    /// Puts a connection into the slot, so that calls may use it. It is called once the server has answered `Ping` with these
    /// facts.
    func fill(_ link: Link, clusterName: String, webAddress: String?, serverVersion: String) {
        let waiters = state.withLock { state in
            state.link = link
            state.clusterName = clusterName
            state.webAddress = webAddress
            state.status.serverVersion = serverVersion
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume(returning: link) }
    }

    /// Removes a connection that has ended, so that calls wait for the next one. It has no effect when another connection is in
    /// the slot.
    func drop(_ link: Link) {
        state.withLock { if $0.link === link { $0.link = nil } }
    }

    /// Puts an open connection back into the slot, after the connection that should have replaced it has failed.
    func restore(_ link: Link) {
        let waiters = state.withLock { state -> [CheckedContinuation<Link?, Never>] in
            guard state.link == nil, link.isActive, !state.isClosed else { return [] }
            state.link = link
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume(returning: link) }
    }

    /// Records that the watch's first event has come.
    func watching() {
        state.withLock {
            $0.status.connected = true
            $0.status.lastFailure = nil
        }
    }

    /// Records the reason for which the last connection failed or ended, and empties the slot.
    func empty(_ failure: TeleportError) {
        state.withLock {
            $0.link = nil
            $0.status.connected = false
            $0.status.lastFailure = failure
        }
    }

    /// Closes the slot when the plugin shuts down. There will be no further connection, and the waiting calls end without one.
    func close() {
        empty(TeleportError(.cancelled, "the plugin is shutting down"))
        let waiters = state.withLock { state in
            state.isClosed = true
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume(returning: nil) }
    }
}
