import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// HTTP/1.1 whose accepted connections are held until they are served: NIO traps when one is dropped before, as happens to a
/// client that connects in the moment of a stop.
struct HeldHTTP1: ServerChildChannel {
    let base: HTTP1Channel

    /// For the process's life: those that were never served stay.
    private static let held = Mutex<[ObjectIdentifier: HTTP1Channel.Value]>([:])

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        base.setup(channel: channel, logger: logger).map { value in
            Self.held.withLock { $0[ObjectIdentifier(value.channel)] = value }
            return value
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
        Self.held.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(value.channel)) }
    }
}
