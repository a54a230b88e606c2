import Access
import Synchronization

/// The one connection that calls share, or the reason why there is none. A call without a connection waits here for the next.
///
/// ```
/// empty (calls wait)      ── fill, restore ──▶ filled
/// filled (calls are made) ── drop, empty ────▶ empty
/// empty, filled           ── close ──────────▶ closed (calls end without a connection)
/// ```
///
/// The slot is filled once the server has answered Ping. Whether the *watch* is on is a field of the status, since calls may
/// already be made before its first event.
final class LinkSlot: Sendable {
    private struct State {
        var link: Link?
        var status = ConnectionStatus()
        var clusterName: String?
        var webAddress: String?
        /// The calls that wait for a connection, by their numbers.
        var waiters: [UInt64: CheckedContinuation<Link?, Never>] = [:]
        var nextWaiter: UInt64 = 0
        /// There will be no further connection.
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

    /// The connection, at once or when there is one. Nil when the task is cancelled before that, or the slot is closed.
    func link() async -> Link? {
        let id = state.withLock { state in
            state.nextWaiter &+= 1
            return state.nextWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> Link?? in
                    if let link = state.link, link.isActive { return .some(link) }
                    // Checked under the lock, because a cancellation that came before finds no waiter to resume.
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

    /// The server has answered Ping on the connection, with these facts: calls may use it.
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

    /// The connection has ended: calls wait for the next one. Does nothing when another connection is in the slot.
    func drop(_ link: Link) {
        state.withLock { if $0.link === link { $0.link = nil } }
    }

    /// Puts a connection back that still lives, after the one that should have replaced it has failed.
    func restore(_ link: Link) {
        let waiters = state.withLock { state -> [CheckedContinuation<Link?, Never>] in
            guard state.link == nil, link.isActive, !state.isClosed else { return [] }
            state.link = link
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume(returning: link) }
    }

    /// The watch's first event has come.
    func watching() {
        state.withLock {
            $0.status.connected = true
            $0.status.lastFailure = nil
        }
    }

    /// The last connection failed or ended, for this reason.
    func empty(_ failure: TeleportError) {
        state.withLock {
            $0.link = nil
            $0.status.connected = false
            $0.status.lastFailure = failure
        }
    }

    /// The plugin shuts down: there will be no further connection, and the calls that wait end.
    func close() {
        empty(TeleportError(.cancelled, "the plugin is shutting down"))
        let waiters = state.withLock { state in
            state.isClosed = true
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume(returning: nil) }
    }
}
