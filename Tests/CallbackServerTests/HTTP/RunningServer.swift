import Access
import ActionCrypto
import Base
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

@testable import CallbackServer

/// A listener on a free loopback port for as long as a test's body runs.
struct RunningServer: Sendable {
    let port: Int
    let lifecycle: ServiceGroup

    func client() async throws -> RawClient { try await RawClient.connect(port: port) }

    static let verify: CallbackServer.Verify = { context, _ in
        guard let signer = try? TestSigner.signer.get() else { return .refused(reason: "no signer") }
        return Verification(signer.verify(context, cluster: TestSigner.cluster, at: TestSigner.now))
    }

    static func with(
        limits: CallbackServer.Limits = .init(), pathPrefix: String = "/mattermost", basicAuth: BasicAuth? = nil,
        proxies: AddressRanges = AddressRanges(), allowed: [String] = [],
        admission: Live<CallbackServer.Admission>? = nil, tls: TLSIdentity? = nil,
        readiness: @escaping @Sendable () -> Readiness = { Readiness() },
        logger: Logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
        decide: @escaping @Sendable (VerifiedClick) async -> [UInt8] = { _ in Array(#"{"ephemeral_text":"done"}"#.utf8) },
        forbid: (@Sendable (VerifiedClick) -> String?)? = nil,
        _ body: (RunningServer) async throws -> Void
    ) async throws {
        let configuration = CallbackServer.Configuration(
            address: ListenAddress(host: "127.0.0.1", port: 0), tls: try tls.map(ListenerCertificate.init),
            pathPrefix: pathPrefix,
            admission: admission
                ?? Live(
                    .init(
                        basicAuth: basicAuth, trustedProxies: proxies,
                        allowedSources: AddressRanges(allowed.compactMap(AddressRange.init)))),
            limits: limits)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = CallbackServer(
            configuration: configuration, group: MultiThreadedEventLoopGroup.singleton, logger: logger, verify: verify,
            readiness: readiness, bound: { port.yield($0.port ?? 0) },
            decide: { click, respond in
                if let reason = forbid?(click) {
                    respond(.refused(words: nil, reason: reason, ["user_id": "\(click.userID)"]))
                } else {
                    respond(.answer(await decide(click)))
                }
            })
        let lifecycle = ServiceGroup(services: [server], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { port.finish() }
                try await lifecycle.run()
            }
            if let port = await ports.first(where: { _ in true }) {
                try await body(RunningServer(port: port, lifecycle: lifecycle))
            }
            await lifecycle.triggerGracefulShutdown()
            try await group.waitForAll()
        }
    }
}

/// An event that one task raises and another waits for.
final class Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream(of: Void.self) }

    func raise() { continuation.yield() }

    func wait() async { for await _ in stream { return } }
}

/// Holds each decision until the test ends it; the answer is `{}`.
struct HeldDecision: Sendable {
    private let beginnings = Signal()
    private let permissions = Signal()
    private let endings = Signal()

    func decide(_ click: VerifiedClick) async -> [UInt8] {
        beginnings.raise()
        await permissions.wait()
        endings.raise()
        return Array("{}".utf8)
    }

    /// Waits until one more decision has begun.
    func begun() async { await beginnings.wait() }

    /// Lets one decision end.
    func end() { permissions.raise() }

    /// Waits until one more decision has ended.
    func ended() async { await endings.wait() }
}
