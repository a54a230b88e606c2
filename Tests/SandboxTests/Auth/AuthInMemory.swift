import Access
import ActionCrypto
import Foundation
import GRPCCore
import SwiftProtobuf
import Synchronization
import TeleportAPI
import TestSupport

@testable import Sandbox

/// The auth service's calls without sockets, with a clock that the test sets.
struct AuthInMemory: Sendable {
    static let plugin = "access-plugin-mattermost"

    let time = ScriptedTime()
    let store: AuthStore
    let calls: AuthCalls

    init(
        clusterName: String = "live.example", version: String = "7.3.2",
        permissions: Set<AuthPermission> = AuthPermission.plugin, reviewers: Set<String> = [],
        submitsForUsers: [String: Set<String>] = [:],
        adjust: (inout SandboxAuth.Configuration) -> Void = { _ in }
    ) {
        let identity = TLSIdentity(certificateChain: [], privateKey: Secret([]))
        var configuration = SandboxAuth.Configuration(identity: identity, clientCA: [])
        configuration.clusterName = clusterName
        configuration.version = version
        (configuration.reviewers, configuration.submitsForUsers) = (reviewers, submitsForUsers)
        configuration.permissions = [Self.plugin: permissions]
        adjust(&configuration)
        store = AuthStore(permissions: configuration.permissions, now: { [time] in time.next() })
        // In memory the name of a peer is the user's name. The peer "nobody" has no certificate.
        calls = AuthCalls(
            configuration: configuration, store: store, directory: AuthDirectory(), userOfPeer: { $0 == "nobody" ? nil : $0 },
            eventLag: { .zero })
    }

    /// Makes the request of a fixture, by the user editor, with these times of creation and of the last write.
    @discardableResult
    func create(_ id: String, reason: String = "", created: Int64, written: Int64) -> AuthRequest {
        time.script(created, written)
        return store.create(
            id: id, user: "myuser", roles: ["editor"], reason: reason, pendingTTL: .seconds(3600),
            accessTTL: .seconds(30 * 3600))
    }

    func context(_ method: String, as user: String = plugin) -> ServerContext {
        let service = ServiceDescriptor(fullyQualifiedService: "proto.AuthService")
        return ServerContext(
            descriptor: MethodDescriptor(service: service, method: method), remotePeer: user, localPeer: "",
            cancellation: .init())
    }
}

/// A clock that returns the scripted times one by one, and then the last one again and again.
final class ScriptedTime: Sendable {
    private let times = Mutex<(last: Int64, next: [Int64])>((1_795_212_453_000_000_000, []))

    func script(_ nanoseconds: Int64...) { times.withLock { $0.next += nanoseconds } }

    func next() -> WallTime {
        times.withLock { times in
            if !times.next.isEmpty { times.last = times.next.removeFirst() }
            return WallTime(nanoseconds: times.last)
        }
    }
}

/// A recorded error answer of a real server.
struct FailureFixture: Decodable {
    var grpc_code: Int
    var message: String

    static func read(_ name: String) throws -> Self {
        try JSONDecoder().decode(Self.self, from: Data(Fixtures.bytes("teleport-7.3.2/\(name).json")))
    }

    func matches(_ refusal: AuthRefusal) -> Bool {
        refusal.rpcErrorCode.rawValue == grpc_code && refusal.message == message
    }
}

func fixture(_ name: String) throws -> [UInt8] { try Fixtures.bytes("teleport-7.3.2/\(name).pb") }

extension ServerResponse where Message: SwiftProtobuf.Message {
    func bytes() throws -> [UInt8] { try message.serializedBytes() }
}

extension ServerRequest {
    init(_ message: Message) { self.init(metadata: [:], message: message) }
}

/// A writer that collects the messages of a streaming call.
struct Collector<Element: Sendable>: RPCWriterProtocol {
    let continuation: AsyncStream<Element>.Continuation

    func write(_ element: Element) async throws { continuation.yield(element) }

    func write(contentsOf elements: some Sequence<Element>) async throws {
        for element in elements { continuation.yield(element) }
    }
}

extension StreamingServerResponse where Message: Sendable {
    /// Runs the call while `body` reads its messages from the stream, and cancels it afterwards.
    func collect(_ body: (AsyncStream<Message>) async throws -> Void) async throws {
        let contents = try accepted.get()
        let (messages, continuation) = AsyncStream.makeStream(of: Message.self)
        try await withThrowingTaskGroup { group in
            group.addTask {
                defer { continuation.finish() }
                _ = try await contents.producer(RPCWriter(wrapping: Collector(continuation: continuation)))
            }
            try await body(messages)
            group.cancelAll()
        }
    }
}
