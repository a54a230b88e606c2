import Access
import Synchronization

/// The one connection that calls share, or why there is none; calls wait here for the next.
final class LinkSlot: Sendable {
    private struct State {
        var link: Link?
        var status = ConnectionStatus()
        var clusterName: String?
        var webAddress: String?
        var waiters: [UInt64: CheckedContinuation<Link?, Never>] = [:]
        var nextWaiter: UInt64 = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    var status: ConnectionStatus { state.withLock { $0.status } }
    var clusterName: String? { state.withLock { $0.clusterName } }
    var webAddress: String? { state.withLock { $0.webAddress } }

    /// Nil when the task is cancelled before there is one, or there will be none any more.
    func link() async -> Link? {
        let id = state.withLock { state in
            state.nextWaiter &+= 1
            return state.nextWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> Link?? in
                    if let link = state.link, link.isActive { return .some(link) }
                    // Checked under the lock: a cancellation that came before finds no waiter to resume.
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

    /// The server answered Ping on it: calls may use it.
    func fill(_ link: Link, clusterName: String, webAddress: String?, serverVersion: String) {
        let waiters = state.withLock { state in
            state.link = link
            state.clusterName = clusterName
            state.webAddress = webAddress
            state.status.serverVersion = serverVersion
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume(returning: link) }
    }

    /// It has ended: calls wait for the next.
    func drop(_ link: Link) {
        state.withLock { if $0.link === link { $0.link = nil } }
    }

    /// The connection that should have followed this one has failed: calls go on here.
    func restore(_ link: Link) {
        let waiters = state.withLock { state in
            guard state.link == nil, link.isActive, !state.isClosed else { return [CheckedContinuation<Link?, Never>]() }
            state.link = link
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume(returning: link) }
    }

    func watching() {
        state.withLock {
            $0.status.connected = true
            $0.status.lastFailure = nil
        }
    }

    func empty(_ failure: TeleportError) {
        state.withLock {
            $0.link = nil
            $0.status.connected = false
            $0.status.lastFailure = failure
        }
    }

    /// There will be no further connection: nobody waits any longer.
    func close() {
        empty(TeleportError(.cancelled, "the plugin is shutting down"))
        let waiters = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume(returning: nil) }
    }
}
