import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// HTTP/1.1 that keeps a reference to each accepted connection until it is served. NIO traps when a connection is released
/// before that, which happens when a client connects in the moment in which the server stops.
struct HeldHTTP1: ServerChildChannel {
    let base: HTTP1Channel

    /// The connections that are not served yet. Those that never are stay here for the life of the process.
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
