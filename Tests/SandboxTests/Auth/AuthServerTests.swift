import ActionCrypto
import GRPCCore
import NIOCore
import SwiftProtobuf
import TeleportAPI
import TestSupport
import Testing

@testable import Sandbox

/// Tests of the auth service over real sockets, TLS and gRPC.
@Suite(.timeLimit(.minutes(1))) struct AuthServerTests {
    @Test("Ping answers also without a certificate; nothing else does")
    func withoutCertificate() async throws {
        try await withSandboxAuth { auth in
            auth.createRequest(user: "myuser", roles: ["editor"])
            try await auth.withClient(as: nil) { client in
                let answer = try await client.ping(.init())
                #expect(answer.serverVersion == "7.3.2")
                #expect(await refusal { try await client.getAccessRequests(.init()) }?.code == .permissionDenied)
                #expect(
                    await refusal { try await client.getPluginData(.with { $0.kind = "access_request" }) }?.code
                        == .permissionDenied)
            }
        }
    }

    @Test("The certificate's common name is the user in the audit log")
    func commonName() async throws {
        try await withSandboxAuth { auth in
            let id = auth.createRequest(user: "myuser", roles: ["editor"], reason: "please")
            try await auth.withClient { client in
                let list = try await client.getAccessRequests(.init()).accessRequests
                #expect(list.map(\.metadata.name) == [id])
                _ = try await client.setAccessRequestState(
                    .with { ($0.id, $0.state, $0.delegator) = (id, .approved, "mattermost:alice@example.com") })
            }
            #expect(auth.auditLog.map(\.caller) == ["access-plugin-mattermost"])
            #expect(auth.auditLog.map(\.delegator) == ["mattermost:alice@example.com"])
            #expect(auth.request(id)?.state == .approved)
        }
    }

    @Test("A refused call's status and text reach the client")
    func refusedText() async throws {
        let fixture = try FailureFixture.read("set_access_request_state_missing")
        try await withSandboxAuth { auth in
            try await auth.withClient { client in
                let id = "00000000-0000-0000-0000-000000000000"
                let refused = await refusal {
                    try await client.setAccessRequestState(.with { ($0.id, $0.state) = (id, .approved) })
                }
                #expect(refused?.code.rawValue == fixture.grpc_code)
                #expect(refused?.message == fixture.message)
            }
        }
    }

    @Test("A watch tells INIT, then a new request, its decision and its deletion, and nothing of before")
    func watch() async throws {
        try await withSandboxAuth { auth in
            auth.createRequest(user: "myuser", roles: ["editor"], reason: "before")
            try await auth.withClient { client in
                try await client.watchEvents(.requests) { response in
                    var events = response.messages.makeAsyncIterator()
                    #expect(try await events.next() == Proto_Event())
                    let id = auth.createRequest(user: "myuser", roles: ["editor"], reason: "after")
                    #expect(try await events.next()?.accessRequest.spec.requestReason == "after")
                    try auth.resolve(id, .denied, reason: "no")
                    #expect(try await events.next()?.accessRequest.spec.state == .denied)
                    auth.delete(id)
                    #expect(try await events.next() == .delete(id))
                }
            }
            #expect(try await eventually { auth.watchers == 0 })
        }
    }

    @Test("The streaming list is unimplemented on 7.3.2, as the client learns on its first receive")
    func streamingList() async throws {
        try await withSandboxAuth { auth in
            try await auth.withClient { client in
                let refused = await refusal {
                    try await client.getAccessRequestsV2(.init()) { response in
                        for try await _ in response.messages {}
                    }
                }
                #expect(refused?.code == .unimplemented)
                #expect(refused?.message == "unknown method GetAccessRequestsV2 for service proto.AuthService")
            }
        }
    }

    @Test("Teleport's own protocol name before h2 is fine; without h2 the connection is of no use")
    func protocols() async throws {
        try await withSandboxAuth { auth in
            let routed = "teleport-auth@73616e64626f782e6578616d706c65.teleport.cluster.local"
            try await auth.withClient(alpn: [routed, "h2"]) { client in
                let answer = try await client.ping(.init())
                #expect(answer.clusterName == "sandbox.example")
            }
            let identity = try Certificates.shared().client
            if let channel = try? await auth.connect(as: identity, alpn: []) {
                channel.setAutoRead()
                try await channel.closeFuture.get()
            }
            #expect(try await eventually { auth.connectionCount == 0 })
        }
    }

    @Test("A client certificate of another CA is refused", arguments: ["foreign-client", "expired-client"])
    func refusedCertificate(name: String) async throws {
        let identity = try Certificates.shared().identity(name)
        try await withSandboxAuth { auth in
            await #expect(throws: (any Error).self) {
                try await auth.withClient(as: identity) { client in try await client.ping(.init()) }
            }
        }
    }
}
