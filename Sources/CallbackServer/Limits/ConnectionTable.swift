import Base
import NIOCore

/// All open connections of one event loop. It limits their number, makes room for new ones, enforces their time limits, and
/// closes them at shutdown. It is used on that loop only.
final class ConnectionTable {
    private let eventLoop: any EventLoop
    private let limit: Int
    private let limitPerSource: Int
    private let admission: Live<CallbackServer.Admission>
    /// The least time between two checks of the time limits: a quarter of the shortest, at least 5 ms and at most 500 ms.
    private let pause: TimeAmount
    private var connections: [Int: ConnectionHandler] = [:]
    private var occupancy = Occupancy()
    private var lastNumber = 0
    /// The next check of the time limits, and the limit for which it was scheduled. There is none while no connection is open,
    /// so that an idle process has no timer.
    private var nextCheck: (task: Scheduled<Void>, due: NIODeadline)?
    private var lastCheck = NIODeadline.uptimeNanoseconds(0)
    private var isDraining = false
    private var whenEmpty: (() -> Void)?

    /// - Parameter admission: names the trusted proxies. Their connections carry the requests of many clients, so the limit for
    ///   one source does not apply to them.
    init(eventLoop: any EventLoop, limits: CallbackServer.Limits, admission: Live<CallbackServer.Admission>) {
        self.eventLoop = eventLoop
        self.admission = admission
        limit = limits.maxConnections
        limitPerSource = limits.connectionsPerSource
        let shortest = [limits.head, limits.request, limits.idle, limits.linger, limits.reply].min() ?? .seconds(1)
        pause = min(max(TimeAmount(shortest / 4), .milliseconds(5)), .milliseconds(500))
    }

    var count: Int { connections.count }

    subscript(number: Int) -> ConnectionHandler? { connections[number] }

    /// Whether a newly accepted connection may be kept at all. Connections that are being closed still hold a file each, so
    /// their number is limited too: open and closing ones together are at most twice the limit.
    var isAccepting: Bool { !isDraining && connections.count < 2 * limit }

    /// Adds a connection and returns its number, or nil when there is no place for it. Another connection may be closed to make
    /// room.
    func admit(_ connection: ConnectionHandler) -> Int? {
        guard isAccepting, makeRoom(for: connection) else { return nil }
        lastNumber += 1
        connections[lastNumber] = connection
        occupancy.add(lastNumber, from: connection.peer?.source, isSilent: isSilent)
        isDue(at: connection.state.due)
        return lastNumber
    }

    func remove(_ number: Int) {
        guard let connection = connections.removeValue(forKey: number) else { return }
        occupancy.remove(from: connection.peer?.source, wasSilent: connection.state.requestCount == 0)
        guard connections.isEmpty else { return }
        nextCheck?.task.cancel()
        nextCheck = nil
        if isDraining { finishDraining() }
    }

    /// Records that the connection made its first request.
    func madeFirstRequest(_ connection: ConnectionHandler) { occupancy.madeFirstRequest(from: connection.peer?.source) }

    /// Records that the connection is being closed. From now on it is closed for newcomers before all others.
    func beganClosing(_ connection: ConnectionHandler) {
        guard connections[connection.number] === connection else { return }
        occupancy.beganClosing(connection.number, from: connection.peer?.source, isOpen: isOpen)
    }

    private func isOpen(_ number: Int) -> Bool { connections[number] != nil }

    private func isSilent(_ number: Int) -> Bool { connections[number]?.state.isSilent ?? false }

    /// Closes idle connections now, others after their reply, and all of them at the end of `limit`. Calls `finished` when none
    /// is left.
    func drain(within limit: TimeAmount, finished: @escaping () -> Void) {
        guard !isDraining else { return }
        isDraining = true
        whenEmpty = finished
        for connection in connections.values { connection.closeWhenDone() }
        if connections.isEmpty { return finishDraining() }
        eventLoop.assumeIsolated().scheduleTask(in: limit) { self.closeAll() }
    }

    func closeAll() {
        for connection in connections.values { connection.closeNow() }
        if connections.isEmpty { finishDraining() }
    }

    private func finishDraining() {
        let finished = whenEmpty
        whenEmpty = nil
        finished?()
    }
}

// MARK: - Time limits

extension ConnectionTable {
    /// Makes sure that the limits are checked when this one has passed. A connection calls it after every event, because each
    /// may have brought its limit nearer. Usually a check is due sooner already, and nothing is to be done.
    func isDue(at due: NIODeadline) {
        if let nextCheck {
            guard due < nextCheck.due else { return }
            nextCheck.task.cancel()
        }
        let table = NIOLoopBound(self, eventLoop: eventLoop)
        nextCheck = (eventLoop.scheduleTask(deadline: max(due, lastCheck + pause)) { table.value.enforceLimits() }, due)
    }

    private func enforceLimits() {
        let now = eventLoop.now
        nextCheck = nil
        lastCheck = now
        for connection in connections.values { connection.enforceLimits(at: now) }
        if let due = connections.values.lazy.map(\.state.due).min() { isDue(at: due) }
    }
}

// MARK: - Making room

extension ConnectionTable {
    /// Closes a connection when the newcomer would be one too many. Returns false when none can be closed for it.
    private func makeRoom(for newcomer: ConnectionHandler) -> Bool {
        let source = newcomer.peer?.source
        let proxies = admission.current.trustedProxies
        let isProxy = newcomer.peer.map(proxies.contains) ?? false
        if !isProxy, occupancy.count(of: source) >= limitPerSource { return evict(from: source) }
        guard connections.count >= limit else { return true }
        if let number = occupancy.longestClosing(isOpen: isOpen) { return abort(connections[number]) }
        // A source that holds more than an eighth of the places loses one of them before all others.
        if let greatest = occupancy.greatest(except: proxies.contains), greatest.count > limit / 8,
            evict(from: greatest.source)
        {
            return true
        }
        let silent = { self.occupancy.longestSilent(isSilent: self.isSilent) }
        return evict(areManySilent: occupancy.silentCount > limit / 4, silent) { _ in true }
    }

    private func evict(from source: IPAddress?) -> Bool {
        if let number = occupancy.longestClosing(of: source, isOpen: isOpen) { return abort(connections[number]) }
        let silent = { self.occupancy.longestSilent(of: source, isSilent: self.isSilent) }
        let areMany = occupancy.silentCount(of: source) > min(limit, limitPerSource) / 4
        return evict(areManySilent: areMany, silent) { $0.peer?.source == source }
    }

    /// Closes a silent connection when silent ones hold more than a quarter of the places, else the quietest of the others. New
    /// connections are silent because they have had no time for a request yet, so they may fill that quarter before one of them
    /// is closed.
    private func evict(
        areManySilent: Bool, _ silent: () -> Int?, else belongs: (ConnectionHandler) -> Bool
    ) -> Bool {
        if areManySilent, let number = silent() { return close(connections[number]) }
        return close(quietest { !$0.state.isSilent && belongs($0) } ?? silent().flatMap { connections[$0] })
    }

    /// Returns the evictable connection that has been quiet longest. Connections that brought a signed click are chosen last.
    private func quietest(where belongs: (ConnectionHandler) -> Bool) -> ConnectionHandler? {
        connections.values.filter { $0.state.isEvictable && belongs($0) }
            .min { (one, other) in
                one.state.hasClicked == other.state.hasClicked
                    ? one.state.quietSince < other.state.quietSince : other.state.hasClicked
            }
    }

    private func abort(_ connection: ConnectionHandler?) -> Bool {
        connection?.abort()
        return connection != nil
    }

    private func close(_ connection: ConnectionHandler?) -> Bool {
        connection?.closeNow()
        return connection != nil
    }
}
