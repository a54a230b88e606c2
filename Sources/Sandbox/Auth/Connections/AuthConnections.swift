import Dispatch
import GRPCNIOTransportHTTP2TransportServices
import NIOCore
import Synchronization

/// The live connections, by the name that gRPC gives a call's peer, with the user of each.
final class AuthConnections: Sendable {
    private struct Entry: Sendable {
        var channel: any Channel
        /// The client certificate's common name; nil without a certificate.
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

    /// Nothing is read any more: see ``shut()``.
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

    /// gRPC's transport traps when a connection is dropped that was accepted and not yet served, as a stop of the server does;
    /// so each is held for the process's life.
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

    /// From here on nothing that a client sends is looked at, and what is open is cut: gRPC's transport traps when a stream opens on
    /// a server that is being cancelled, or is dropped before its connection has ended. So it returns once the event loops are
    /// past what they were reading, and past the cut.
    func shut() {
        let loops = state.withLock { state in
            state.isShut = true
            return state.entries.values.map(\.channel.eventLoop).filter { !$0.inEventLoop }
        }
        cutAll()
        for _ in 0..<2 { for loop in loops { Self.pass(loop) } }
    }

    /// Bounded, since a loop may be waiting for whoever calls this.
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
    /// As `ServerContext.remotePeer` writes it.
    fileprivate var grpcPeer: String? {
        switch self {
        case .v4(let address): port.map { "ipv4:\(address.host):\($0)" }
        case .v6(let address): port.map { "ipv6:[\(address.host)]:\($0)" }
        case .unixDomainSocket: nil
        }
    }
}
