import NIOCore
import NIOPosix
import Testing

@testable import Watcher

@Suite("The addresses of a host", .timeLimit(.minutes(1)))
struct HostResolverTests {
    private static func addresses(of host: String) async throws -> [String] {
        let resolver = HostResolver(on: MultiThreadedEventLoopGroup.singleton.next())
        let v6 = resolver.initiateAAAAQuery(host: host, port: 3025)
        let v4 = resolver.initiateAQuery(host: host, port: 3025)
        return try await (v6.get() + v4.get()).map { "\($0.ipAddress ?? "") \($0.port ?? 0)" }
    }

    @Test("An address stands for itself", arguments: ["127.0.0.1", "::1"])
    func literal(address: String) async throws {
        #expect(try await Self.addresses(of: address) == ["\(address) 3025"])
    }

    @Test("A name has the addresses that the system tells")
    func name() async throws {
        let found = try await Self.addresses(of: "localhost")
        #expect(!found.isEmpty && found.allSatisfy { ["127.0.0.1 3025", "::1 3025"].contains($0) })
    }

    @Test("A name without an address is an error")
    func unknown() async {
        await #expect(throws: UnknownHost.self) { try await Self.addresses(of: "no-such-host.invalid") }
    }
}
