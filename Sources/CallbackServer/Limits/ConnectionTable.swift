import NIOCore

/// Every open connection of one event loop: counts them, makes room, enforces their time limits, and empties itself.
final class ConnectionTable {
    private let eventLoop: any EventLoop
    private let limit: Int
    private let limitPerSource: Int
    private let proxies: TrustedProxies
    private let tick: TimeAmount
    private var connections: [Int: ConnectionHandler] = [:]
    private var occupancy = Occupancy()
    private var lastNumber = 0
    private var sweeper: RepeatedTask?
    private var isDraining = false
    private var whenEmpty: (() -> Void)?

    init(eventLoop: any EventLoop, limits: CallbackServer.Limits, proxies: TrustedProxies = TrustedProxies()) {
        self.eventLoop = eventLoop
        self.proxies = proxies
        limit = limits.maxConnections
        limitPerSource = limits.connectionsPerSource
        let shortest = [limits.head, limits.request, limits.idle, limits.linger, limits.reply].min() ?? .seconds(1)
        tick = min(max(TimeAmount(shortest / 4), .milliseconds(5)), .milliseconds(500))
    }

    var count: Int { connections.count }

    subscript(number: Int) -> ConnectionHandler? { connections[number] }

    /// Whether a connection that was accepted is worth looking at: those being closed must not add up either.
    var hasRoomToChoose: Bool { !isDraining && connections.count < 2 * limit }

    /// The connection's number; nil when it gets no place. Another may be closed for it.
    func admit(_ connection: ConnectionHandler) -> Int? {
        guard hasRoomToChoose, makeRoom(for: connection) else { return nil }
        lastNumber += 1
        connections[lastNumber] = connection
        occupancy.add(lastNumber, from: connection.peer?.source, isSilent: isSilent)
        startSweeping()
        return lastNumber
    }

    func remove(_ number: Int) {
        guard let connection = connections.removeValue(forKey: number) else { return }
        occupancy.remove(from: connection.peer?.source, wasSilent: connection.requests == 0)
        guard connections.isEmpty else { return }
        sweeper?.cancel()
        sweeper = nil
        if isDraining { finishDraining() }
    }

    /// It is being closed.
    func givesWay(_ connection: ConnectionHandler) {
        guard connections[connection.number] === connection else { return }
        occupancy.givesWay(connection.number, from: connection.peer?.source, isOpen: isOpen)
    }

    private func isOpen(_ number: Int) -> Bool { connections[number] != nil }

    private func isSilent(_ number: Int) -> Bool { connections[number]?.isSilent ?? false }

    private func makeRoom(for newcomer: ConnectionHandler) -> Bool {
        let source = newcomer.peer?.source
        let isProxy = newcomer.peer.map(proxies.contain) ?? false
        if !isProxy, occupancy.count(of: source) >= limitPerSource { return evict(from: source) }
        guard connections.count >= limit else { return true }
        if let number = occupancy.longestClosing(isOpen: isOpen) { return abort(connections[number]) }
        // Who holds many places gives up one of them first.
        if let greatest = occupancy.greatest(except: proxies.contain), greatest.count > limit / 8, evict(from: greatest.source)
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

    /// A quarter of the places is for those who have had no time for a request yet: within it they do not drive one another out.
    private func evict(
        areManySilent: Bool, _ silent: () -> Int?, else belongs: (ConnectionHandler) -> Bool
    ) -> Bool {
        if areManySilent, let number = silent() { return close(connections[number]) }
        return close(quietest { !$0.isSilent && belongs($0) } ?? silent().flatMap { connections[$0] })
    }

    /// The first request of a connection came.
    func spoke(_ connection: ConnectionHandler) { occupancy.spoke(from: connection.peer?.source) }

    /// Of those that make room the one that has been quiet longest; those that brought a signed click come last.
    private func quietest(where belongs: (ConnectionHandler) -> Bool) -> ConnectionHandler? {
        connections.values.filter { $0.isEvictable && belongs($0) }
            .min { $0.hasClicked == $1.hasClicked ? $0.quietSince < $1.quietSince : $1.hasClicked }
    }

    private func abort(_ connection: ConnectionHandler?) -> Bool {
        connection?.abort()
        return connection != nil
    }

    private func close(_ connection: ConnectionHandler?) -> Bool {
        connection?.closeNow()
        return connection != nil
    }

    /// Closes idle connections now and the others after their reply, by force at the end of `limit`; then calls `finished`.
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

    private func startSweeping() {
        guard sweeper == nil else { return }
        let table = NIOLoopBound(self, eventLoop: eventLoop)
        sweeper = eventLoop.scheduleRepeatedTask(initialDelay: tick, delay: tick) { _ in
            let now = NIODeadline.now()
            for connection in table.value.connections.values { connection.enforceLimits(at: now) }
        }
    }
}
