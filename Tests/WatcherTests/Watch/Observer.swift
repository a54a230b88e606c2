import Logging
import NIOCore
import NIOPosix
import Synchronization

@testable import Watcher

/// Records items in their order, and waits for a limited time for items that are still to come.
final class Observer<Item: Sendable>: Sendable {
    private struct State {
        var items: [Item] = []
        var listeners: [AsyncStream<Void>.Continuation] = []
    }

    struct NeverCame: Error, CustomStringConvertible {
        let description: String
    }

    private let state = Mutex(State())

    var items: [Item] { state.withLock { $0.items } }

    func record(_ item: Item) {
        let listeners = state.withLock { state in
            state.items.append(item)
            return state.listeners
        }
        for listener in listeners { listener.yield() }
    }

    /// Waits for the first item that matches among those from `start` on, and returns it.
    func first(
        from start: Int = 0, within limit: Duration = .seconds(20), where matches: @escaping @Sendable (Item) -> Bool
    ) async throws -> Item {
        let (signal, wake) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.listeners.append(wake) }
        wake.yield()
        do {
            return try await Watcher.within(limit, on: MultiThreadedEventLoopGroup.singleton.any()) {
                for await _ in signal {
                    if let found = self.items.dropFirst(start).first(where: matches) { return found }
                }
                throw CancellationError()
            }
        } catch is DeadlinePassed {
            throw NeverCame(description: "not in \(limit); there were \(self.items.suffix(10))")
        }
    }

    /// Waits until `count` items match.
    func count(
        _ count: Int, within limit: Duration = .seconds(60), where matches: @escaping @Sendable (Item) -> Bool
    ) async throws {
        _ = try await first(within: limit) { [self] _ in items.count(where: matches) >= count }
    }
}

struct RecordingLog: LogHandler {
    let lines: Observer<String>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(lines: Observer<String>) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.record("\(event.level) \(event.message)")
    }
}
