import NIOCore
import NIOPosix

/// A port of the loopback interface that nobody listens on just now.
package enum FreePort {
    package static func find() throws -> Int {
        let channel = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).wait()
        defer { try? channel.close().wait() }
        return channel.localAddress?.port ?? 0
    }
}
