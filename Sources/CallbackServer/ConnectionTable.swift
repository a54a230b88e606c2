import NIOCore

/// Every open connection of one event loop: counts them, makes room, enforces their time limits, and empties itself.
final class ConnectionTable {
    private let eventLoop: any EventLoop
    private let limit: Int
    private let tick: TimeAmount
    private var connections: [Int: ConnectionHandler] = [:]
    private var lastNumber = 0
    private var sweeper: RepeatedTask?
    private var isDraining = false
    private var whenEmpty: (() -> Void)?

    init(eventLoop: any EventLoop, limits: CallbackServer.Limits) {
        self.eventLoop = eventLoop
        limit = limits.maxConnections
        let shortest = [limits.head, limits.request, limits.idle, limits.linger, limits.reply].min() ?? .seconds(1)
        tick = min(max(TimeAmount(shortest / 4), .milliseconds(5)), .milliseconds(500))
    }

    var count: Int { connections.count }

    subscript(number: Int) -> ConnectionHandler? { connections[number] }

    /// Whether one more may come; the connection that has been quiet longest closes for it if need be.
    func makeRoom() -> Bool {
        if isDraining { return false }
        if connections.count < limit { return true }
        // Closing ones linger for a second; they must not add up either.
        guard connections.count < 2 * limit,
            let quietest = connections.values.filter(\.isEvictable).min(by: { $0.quietSince < $1.quietSince })
        else { return false }
        quietest.closeNow()
        return true
    }

    /// The connection's number.
    func add(_ connection: ConnectionHandler) -> Int {
        lastNumber += 1
        connections[lastNumber] = connection
        startSweeping()
        return lastNumber
    }

    func remove(_ number: Int) {
        guard connections.removeValue(forKey: number) != nil, connections.isEmpty else { return }
        sweeper?.cancel()
        sweeper = nil
        if isDraining { finishDraining() }
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
