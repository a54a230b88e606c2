import Access
import ActionCrypto
import GRPCCore
import Sandbox
import TeleportAPI
import TestSupport
import Testing

@testable import Watcher

@Suite("Refusals of TLS show the error that happened", .timeLimit(.minutes(1)))
struct RefusedTests {
    @Test("A server of another CA")
    func wrongCA() async throws {
        let certificates = try Certificates.shared()
        try await AuthUnderTest.run(adjust: { $0.rootCAs = certificates.path("foreign-ca.crt") }) { test in
            let reason = try await test.firstFailure()
            #expect(reason.contains("certificate verify failed"))
            #expect(reason.contains("root_cas, or the identity's, is not this cluster's"))
        }
    }

    @Test("A server with another name")
    func wrongName() async throws {
        let certificates = try Certificates.shared()
        try await AuthUnderTest.run(server: { $0.identity = try certificates.misnamedServer }) { test in
            let reason = try await test.firstFailure()
            #expect(reason.contains("hostname mismatch"))
            #expect(reason.contains("teleport.cluster.local"))
        }
    }

    @Test("A server whose certificate has expired")
    func expiredServer() async throws {
        let certificates = try Certificates.shared()
        try await AuthUnderTest.run(server: { $0.identity = try certificates.expiredServer }) { test in
            let reason = try await test.firstFailure()
            #expect(reason.contains("certificate has expired"))
        }
    }

    @Test("A client certificate of another CA shows the alert, not a closed channel")
    func foreignClient() async throws {
        let certificates = try Certificates.shared()
        try await AuthUnderTest.run(adjust: { $0.useClient("foreign-client", of: certificates) }) { test in
            let reason = try await test.firstFailure()
            #expect(reason.contains("tlsv1 alert unknown ca"))
            #expect(reason.contains("client_crt, or the identity's, is not of this cluster"))
        }
    }

    @Test("A client certificate that expires on the way shows the alert")
    func expiredClient() async throws {
        let certificates = try Certificates.shared()
        try await AuthUnderTest.run { test in
            let context = try TLSContext.client(
                identity: try certificates.expiredClient, alpn: ["h2"], trust: .certificates(try certificates.teleportCA))
            let configuration = test.client.configuration
            let address = try AuthAddress(parsing: configuration.address)
            let dialer = Dialer(address: address, context: context, configuration: configuration, group: test.client.group)
            let failure = await failure(of: dialer, configuration)
            #expect(failure?.code == .misconfigured)
            #expect(failure?.message.contains("sslv3 alert certificate expired") == true, "\(failure?.message ?? "none")")
            #expect(failure?.message.contains("client_crt, or the identity's, has expired") == true)
        }
    }

    /// Connects, and returns the failure. The server's alert comes after the client's handshake, either before gRPC's handlers
    /// are in place or as the end of the first call.
    private func failure(of dialer: Dialer, _ configuration: TeleportConfiguration) async -> TeleportError? {
        do {
            let link = try await Link(dialer.dial(), address: dialer.address, configuration: configuration)
            return await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await link.run() }
                defer { group.cancelAll() }
                do {
                    _ = try await link.api.ping(Proto_PingRequest())
                    return nil
                } catch {
                    return link.explain(error, during: .ping)
                }
            }
        } catch {
            return TeleportError(error, during: .connect, to: dialer.address)
        }
    }

    @Test("A hundred refused handshakes leave no connection behind and crash nothing")
    func hundredRefusals() async throws {
        let certificates = try Certificates.shared()
        try await AuthUnderTest.run(
            adjust: {
                $0.useClient("foreign-client", of: certificates)
                ($0.firstBackoff, $0.longestBackoff) = (.milliseconds(1), .milliseconds(2))
            }
        ) { test in
            try await test.events.count(2, within: .seconds(20)) { if case .disconnected = $0 { true } else { false } }
            try await test.log.count(100) { $0.contains("tlsv1 alert unknown ca") }
            #expect(test.auth.connectionCount <= 3)
        }
    }
}
