import Dispatch
import GRPCNIOTransportHTTP2TransportServices
import NIOCore
import Synchronization

/// The open connections with their users, by gRPC's name for the peer of a call.
final class AuthConnections: Sendable {
    private struct Entry: Sendable {
        var channel: any Channel
        /// The common name in the client certificate; nil without a certificate.
        var user: String?
    }

    private struct State: Sendable {
        var entries: [String: Entry] = [:]
        var isFrozen = false
        var isShut = false
        var configured: [HTTP2ServerTransport.ConnectionConfigurator.ConnectionChannel] = []
    }

    private let state = Mutex(State())

    var isFrozen: Bool { state.withLock { $0.isFrozen } }

    /// Whether bytes from clients are discarded: see ``shut()``.
    var isShut: Bool { state.withLock { $0.isShut } }

    var count: Int { state.withLock { $0.entries.count } }

    func add(_ channel: any Channel) {
        guard let peer = channel.remoteAddress?.grpcPeer else { return }
        state.withLock { $0.entries[peer] = Entry(channel: channel) }
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { state in
                if state.entries[peer]?.channel === channel { state.entries[peer] = nil }
            }
        }
    }

    /// Keeps a reference to the connection for the life of the process. gRPC's transport traps when a connection is released
    /// that was accepted but never served, which happens when the server stops.
    func hold(_ connection: HTTP2ServerTransport.ConnectionConfigurator.ConnectionChannel) {
        state.withLock { $0.configured.append(connection) }
    }

    func identify(_ channel: any Channel, as user: String?) {
        guard let peer = channel.remoteAddress?.grpcPeer else { return }
        state.withLock { $0.entries[peer]?.user = user }
    }

    func user(of peer: String) -> String? {
        state.withLock { $0.entries[peer]?.user }
    }

    func cut(_ peer: String) {
        send(.cut, to: state.withLock { $0.entries[peer].map { [$0.channel] } ?? [] })
    }

    func cutAll() {
        send(.cut, to: state.withLock { $0.entries.values.map(\.channel) })
    }

    /// Discards everything that clients send from now on, and cuts the open connections. gRPC's transport traps when a stream
    /// opens on a server that is being cancelled, or when a stream is released before its connection has ended. So this returns
    /// when the event loops have finished their current reads and the cuts.
    func shut() {
        let loops = state.withLock { state in
            state.isShut = true
            return state.entries.values.map(\.channel.eventLoop).filter { !$0.inEventLoop }
        }
        cutAll()
        for _ in 0..<2 { for loop in loops { Self.pass(loop) } }
    }

    /// Waits for an event loop to finish its current work. The wait is limited, because the loop may be waiting for the caller.
    private static func pass(_ loop: any EventLoop) {
        let passed = DispatchSemaphore(value: 0)
        loop.execute { passed.signal() }
        _ = passed.wait(timeout: .now() + .milliseconds(250))
    }

    func reopen() { state.withLock { $0.isShut = false } }

    func setFrozen(_ frozen: Bool) {
        let channels = state.withLock { state in
            state.isFrozen = frozen
            return state.entries.values.map(\.channel)
        }
        send(frozen ? .freeze : .thaw, to: channels)
    }

    private func send(_ command: WireHandler.Command, to channels: [any Channel]) {
        for channel in channels { channel.triggerUserOutboundEvent(command, promise: nil) }
    }
}

extension NIOCore.SocketAddress {
    /// The peer's address in the form of `ServerContext.remotePeer`.
    fileprivate var grpcPeer: String? {
        switch self {
        case .v4(let address): port.map { "ipv4:\(address.host):\($0)" }
        case .v6(let address): port.map { "ipv6:[\(address.host)]:\($0)" }
        case .unixDomainSocket: nil
        }
    }
}
