import ActionCrypto
import GRPCCore
import GRPCNIOTransportHTTP2TransportServices
import NIOCore
import NIOOpenSSL
import NIOPosix
import SwiftProtobuf
import TeleportAPI
import TestSupport

@testable import Sandbox

typealias AuthClient = Proto_AuthService.Client<HTTP2ClientTransport.WrappedChannel>

/// Runs an auth service on real sockets while `body` runs.
func withSandboxAuth(
    _ configure: (inout SandboxAuth.Configuration) -> Void = { _ in }, _ body: (SandboxAuth) async throws -> Void
) async throws {
    let certificates = try Certificates.shared()
    var configuration = SandboxAuth.Configuration(
        identity: try certificates.teleportServer, clientCA: try certificates.teleportCA)
    configure(&configuration)
    let auth = SandboxAuth(configuration)
    try await withThrowingTaskGroup { group in
        group.addTask { try await auth.run() }
        _ = try await auth.address
        try await body(auth)
        group.cancelAll()
        // After the shutdown was asked for, `run` must return without an error.
        try await group.waitForAll()
    }
}

extension SandboxAuth {
    /// Connects a gRPC client to this server, over the plugin's own TLS, while `body` runs.
    func withClient<Result>(
        as identity: TLSIdentity? = try? Certificates.shared().client, alpn: [String] = ["h2"],
        _ body: (AuthClient) async throws -> Result
    ) async throws -> Result {
        let channel = try await connect(as: identity, alpn: alpn)
        let transport = try await HTTP2ClientTransport.WrappedChannel.wrapping { configure in
            try await configure(channel).get()
        }
        channel.setAutoRead()
        let client = GRPCClient(transport: transport)
        return try await withThrowingTaskGroup { group in
            group.addTask { try? await client.runConnections() }
            defer { group.cancelAll() }
            return try await body(Proto_AuthService.Client(wrapping: client))
        }
    }

    /// Opens a connection and completes its TLS handshake. Nothing is read until auto-read is set.
    func connect(as identity: TLSIdentity?, alpn: [String] = ["h2"]) async throws -> any Channel {
        let address = try await address
        let tls = try TLSContext.client(
            identity: identity, alpn: alpn, trust: .certificates(Certificates.shared().teleportCA))
        let (channel, handshake) = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: false)
            .connectTimeout(.seconds(5))
            .connect(host: address.host, port: address.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = TLSHandler(
                        context: tls, role: .client(serverName: Certificates.authServerName), on: channel.eventLoop)
                    try channel.pipeline.syncOperations.addHandler(handler)
                    return (channel, handler.handshake)
                }
            }
        _ = try await handshake.get()
        return channel
    }
}

extension Channel {
    func setAutoRead() {
        setOption(.autoRead, value: true).whenSuccess { self.read() }
    }
}

extension Proto_Watch {
    static let requests = Self.with { $0.kinds = [.with { $0.kind = "access_request" }] }
}

/// Waits for a condition for at most ten seconds. It yields between two checks, so that other tasks can run.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        await Task.yield()
    }
    return false
}

/// The error of a call; nil when it succeeded.
func refusal(_ call: () async throws -> some Any) async -> RPCError? {
    do {
        _ = try await call()
        return nil
    } catch {
        return error as? RPCError
    }
}
