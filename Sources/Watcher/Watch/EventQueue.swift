import Access
import DequeModule
import Synchronization

/// Events on their way to the reconciler: in order, each request at most once, bounded. Never holds the watch up: every
/// operation takes the same time, however many events are queued.
final class EventQueue: Sendable {
    fileprivate struct State {
        /// What was told last of a request, or of the watch itself, with the token of its place in ``order``.
        struct Word {
            var event: WatchEvent
            var token: Int
        }

        /// Places whose token is no longer the newest of their request are passed over.
        var order: Deque<(id: RequestID?, token: Int)> = []
        var requests: [RequestID: Word] = [:]
        var watch: Word?
        var nextToken = 0
    }

    private let limit: Int
    private let state = Mutex(State())
    private let signal: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    init(limit: Int = 16_384) {
        self.limit = limit
        (signal, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// False when the queue was full: all it held has become one ``WatchEvent/connected``.
    @discardableResult
    func put(_ event: WatchEvent) -> Bool {
        let fitted = state.withLock { $0.put(event, limit: limit) }
        wake.yield()
        return fitted
    }

    /// Hands out events one after the other until the task is cancelled. For one consumer.
    func drain(_ handle: @Sendable (WatchEvent) async -> Void) async {
        for await _ in signal {
            while !Task.isCancelled, let event = take() { await handle(event) }
        }
    }

    func take() -> WatchEvent? { state.withLock { $0.take() } }
}

extension EventQueue.State {
    fileprivate mutating func put(_ event: WatchEvent, limit: Int) -> Bool {
        switch event {
        case .connected, .disconnected: watch = Word(event: event, token: place(nil))
        case .changed(let id):
            if requests[id] == nil { requests[id] = Word(event: event, token: place(id)) }
        case .deleted(let id):
            if requests[id]?.event != event { requests[id] = Word(event: event, token: place(id)) }
        }
        guard requests.count > limit else { return true }
        self = Self()
        watch = Word(event: .connected, token: place(nil))
        return false
    }

    /// A place at the end.
    private mutating func place(_ id: RequestID?) -> Int {
        nextToken += 1
        order.append((id, nextToken))
        return nextToken
    }

    fileprivate mutating func take() -> WatchEvent? {
        while let (id, token) = order.popFirst() {
            guard let word = id.map({ requests[$0] }) ?? watch, word.token == token else { continue }
            if let id { requests[id] = nil } else { watch = nil }
            return word.event
        }
        // The room that a burst took goes with it.
        (order, requests) = ([], [:])
        return nil
    }
}
