import ActionCrypto
import Sandbox
import TestSupport
import Testing

@Suite("A port of the sandbox that is taken", .timeLimit(.minutes(1)))
struct TakenPortTests {
    @Test("Mattermost names the port, and what chooses another")
    func mattermost() async throws {
        try await SandboxMattermost.withRunning { first in
            let port = try await first.port
            let error = try #require(
                await #expect(throws: SandboxError.self) {
                    try await SandboxMattermost.withRunning(.init(port: port)) { _ in }
                })
            #expect(
                error.message == """
                    Mattermost cannot listen on 127.0.0.1:\(port): another process listens on this port. Choose another port \
                    with --mattermost-port, or with PAGE_PORT for `make demo`.
                    """)
        }
    }

    @Test("So does Teleport's auth service")
    func auth() async throws {
        try await SandboxMattermost.withRunning { first in
            let certificates = try Certificates.shared()
            var configuration = SandboxAuth.Configuration(
                identity: try certificates.teleportServer, clientCA: try certificates.teleportCA)
            configuration.port = try await first.port
            let auth = SandboxAuth(configuration)
            let error = try #require(await #expect(throws: SandboxError.self) { try await auth.run() })
            #expect(
                error.message == """
                    Teleport's auth service cannot listen on 127.0.0.1:\(configuration.port): another process listens on this \
                    port. Choose another port with --auth-port, or with AUTH_PORT for `make demo`.
                    """)
        }
    }
}
