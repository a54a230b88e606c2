import NIOCore
import NIOPosix
import Synchronization

/// Finds ports of the loopback interface on which nobody listens. They are below the range that Linux uses for outgoing
/// connections, and are handed out in turn, so that nobody else takes a port before its server does.
package enum FreePort {
    package struct NoneFree: Error {}

    private static let candidates = 15_000..<30_000
    private static let next = Mutex(Int.random(in: candidates))

    package static func find() throws -> Int {
        for _ in candidates {
            let port = next.withLock { next in
                defer { next = next + 1 < candidates.upperBound ? next + 1 : candidates.lowerBound }
                return next
            }
            if isFree(port) { return port }
        }
        throw NoneFree()
    }

    private static func isFree(_ port: Int) -> Bool {
        let bound = try? ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "127.0.0.1", port: port)
            .wait()
        guard let bound else { return false }
        return (try? bound.close().wait()) != nil
    }
}
