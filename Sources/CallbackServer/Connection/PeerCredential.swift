import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The process at the other end of a Unix socket, as the kernel knew it when that process connected: `struct ucred` of unix(7).
struct PeerCredential: Sendable {
    var process: Int32
    var user: UInt32
    var group: UInt32

    /// Whether the process belongs to root or to the user of this process. Both can read the configuration anyway.
    var isOwn: Bool { user == 0 || user == geteuid() }

    /// Asks the kernel. The future fails for a channel that is no socket.
    static func of(_ channel: any Channel) -> EventLoopFuture<PeerCredential> {
        guard let options = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        return options.unsafeGetSocketOption(
            level: NIOBSDSocket.OptionLevel(rawValue: SOL_SOCKET), name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
    }
}
