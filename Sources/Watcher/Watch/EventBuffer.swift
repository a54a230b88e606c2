import Access
import DequeModule
import Synchronization

/// Buffers the events of the watch, in order, until they are handled. The watch must never wait for the handler, because a
/// server ends the watch of a client that takes its events too slowly.
///
/// The buffer is bounded. When it is full, all its events are dropped and the last of ``WatchEvent/connected`` and
/// ``WatchEvent/disconnected(_:)`` replaces them. No change is lost, because everything is listed again after
/// ``WatchEvent/connected``. A request's events are not merged here: the handler does that.
final class EventBuffer: Sendable {
    private struct State {
        var events: Deque<WatchEvent> = []
        /// The last event about the watch itself.
        var connection = WatchEvent.connected
    }

    private let limit: Int
    private let state = Mutex(State())
    private let signal: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    /// - Parameter limit: the largest number of events; 16,384 take about 1.5 MiB.
    init(limit: Int = 16_384) {
        self.limit = limit
        (signal, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Adds an event at the end. Returns false when the buffer was full, so that events were dropped.
    @discardableResult
    func put(_ event: WatchEvent) -> Bool {
        let fitted = state.withLock { state in
            switch event {
            case .connected, .disconnected: state.connection = event
            case .changed, .deleted, .rulesChanged: break
            }
            guard state.events.count >= limit else {
                state.events.append(event)
                return true
            }
            state.events = [state.connection]
            return false
        }
        wake.yield()
        return fitted
    }

    /// Passes events to `handle`, one after the other, until the task is cancelled. There must be only one caller.
    func drain(_ handle: @Sendable (WatchEvent) async -> Void) async {
        for await _ in signal {
            while !Task.isCancelled, let event = take() { await handle(event) }
        }
    }

    /// Removes the first event; nil when there is none.
    func take() -> WatchEvent? {
        state.withLock { state in
            guard let event = state.events.popFirst() else {
                // Frees the memory that a burst of events took.
                state.events = []
                return nil
            }
            return event
        }
    }
}
