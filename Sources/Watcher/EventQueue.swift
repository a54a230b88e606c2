import Access
import Synchronization

/// Events on their way to the reconciler: in order, each request at most once, bounded. Never holds the watch up.
final class EventQueue: Sendable {
    fileprivate struct State {
        var events: [WatchEvent] = []
        var queued: Set<RequestID> = []
    }

    private let limit: Int
    private let state = Mutex(State())
    private let signal: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    init(limit: Int = 4096) {
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
        case .connected, .disconnected:
            events.removeAll { $0.id == nil }
        case .changed(let id):
            if !queued.insert(id).inserted { return true }
        case .deleted(let id):
            if !queued.insert(id).inserted { events.removeAll { $0.id == id } }
        }
        guard queued.count <= limit else {
            self = Self(events: [.connected])
            return false
        }
        events.append(event)
        return true
    }

    fileprivate mutating func take() -> WatchEvent? {
        guard !events.isEmpty else { return nil }
        let event = events.removeFirst()
        if let id = event.id { queued.remove(id) }
        return event
    }
}

extension WatchEvent {
    fileprivate var id: RequestID? {
        switch self {
        case .changed(let id), .deleted(let id): id
        case .connected, .disconnected: nil
        }
    }
}
