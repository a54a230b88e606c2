import Access
import GRPCCore
import GRPCNIOTransportHTTP2TransportServices
import NIOCore
import NIOOpenSSL
import Synchronization
import TeleportAPI

/// One connection to the auth service, with a gRPC client on it. It never reconnects: ``run()`` returns when it has ended.
final class Link: Sendable {
    typealias Transport = HTTP2ClientTransport.WrappedChannel

    /// The largest size of a gRPC message in bytes. The transport's default, 4 MiB, is too small for a long list of requests.
    static let messageLimit = 64 * 1024 * 1024

    let address: AuthAddress
    let route: Route
    let api: Proto_AuthService.Client<Transport>
    let rules: Teleport_Accessmonitoringrules_V1_AccessMonitoringRulesService.Client<Transport>
    let loginStates: Teleport_Userloginstate_V1_UserLoginStateService.Client<Transport>
    /// The newest call for lists that the server may implement. It starts with the newest of all, and moves to an older one
    /// when the server does not implement a call.
    let listCall = Mutex(AuthCall.listByPage)
    /// Whether the server's version has access monitoring rules. It is set before the first call.
    let hasMonitoringRules = Mutex(false)
    /// Whether the watch's first event has come.
    let hasBegun = Mutex(false)

    private let channel: any Channel
    let client: GRPCClient<Transport>
    private let trace: FailureTrace
    private let tlsFailure: TLSFailure

    /// Takes over the channel. ``run()`` must be called afterwards, even when the task is cancelled, or the channel stays open.
    init(
        _ dialled: Dialer.Dialled, address: AuthAddress, route: Route = .direct, configuration: TeleportConfiguration
    ) async throws {
        // Nothing may throw between `configure` and the end of the closure, because the transport crashes when it is dropped
        // half made.
        let transport: Transport
        do {
            transport = try await Transport.wrapping(config: Self.config(configuration)) { configure in
                try await configure(dialled.channel).map { configured in
                    dialled.handler.value.open()
                    return configured
                }.get()
            }
        } catch {
            dialled.channel.close(promise: nil)
            throw dialled.tlsFailure.error ?? error
        }
        (self.address, self.route) = (address, route)
        channel = dialled.channel
        client = GRPCClient(transport: transport)
        api = Proto_AuthService.Client(wrapping: client)
        rules = Teleport_Accessmonitoringrules_V1_AccessMonitoringRulesService.Client(wrapping: client)
        loginStates = Teleport_Userloginstate_V1_UserLoginStateService.Client(wrapping: client)
        trace = dialled.trace
        tlsFailure = dialled.tlsFailure
    }

    /// Whether the connection is open. It can become false a moment before ``run()`` returns.
    var isActive: Bool { channel.isActive }

    /// Ends the connection, so that ``run()`` returns.
    func close() { channel.close(promise: nil) }

    /// Serves calls until the connection ends or the task is cancelled, and then closes the channel.
    func run() async throws {
        try await client.runConnections()
    }

    /// The options of every call. They contain no deadline, because the caller has one.
    static var options: CallOptions {
        var options = CallOptions.defaults
        options.maxRequestMessageBytes = messageLimit
        options.maxResponseMessageBytes = messageLimit
        return options
    }

    /// Returns the error to report for a call that failed. If the connection has ended, that is the channel's own first error,
    /// because gRPC's error says only that the channel was closed.
    func explain(_ error: any Error, during call: AuthCall) -> TeleportError {
        let mapped = TeleportError(error, during: call, to: address)
        guard mapped.code == .unavailable, !(error is CancellationError), let first = tlsFailure.error ?? trace.first
        else { return mapped }
        return TeleportError(first, during: call, to: address)
    }

    private static func config(_ configuration: TeleportConfiguration) -> Transport.Config {
        .defaults {
            $0.http2.authority = Dialer.serverName
            $0.connection.maxIdleTime = nil
            $0.connection.keepalive = .init(
                time: configuration.keepaliveInterval, timeout: configuration.keepaliveTimeout, allowWithoutCalls: true)
        }
    }
}
