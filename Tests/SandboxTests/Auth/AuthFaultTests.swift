import GRPCCore
import NIOCore
import NIOPosix
import SwiftProtobuf
import TeleportAPI
import Testing

@testable import Sandbox

/// Tests of every fault of the auth service.
@Suite(.timeLimit(.minutes(1))) struct AuthFaultTests {
    private func approve(_ id: String) -> Proto_RequestStateSetter {
        .with { ($0.id, $0.state, $0.delegator) = (id, .approved, "mattermost:alice@example.com") }
    }

    /// A time limit that is long enough for the call to reach the server on a busy machine.
    private var soon: CallOptions {
        var options = CallOptions.defaults
        options.timeout = .seconds(2)
        return options
    }

    @Test("A stalled service accepts calls and answers them once it goes on")
    func stall() async throws {
        try await withSandboxAuth { auth in
            try await auth.withClient { client in
                auth.faults.isStalled = true
                #expect(await refusal { try await client.ping(.init(), options: soon) }?.code == .deadlineExceeded)
                try await withThrowingTaskGroup { group in
                    group.addTask { try await client.ping(.init()).serverVersion }
                    auth.faults.isStalled = false
                    let version = try await group.next()
                    #expect(version == "7.3.2")
                }
            }
        }
    }

    @Test("A planned status answers one call of its method and no other")
    func status() async throws {
        try await withSandboxAuth { auth in
            try await auth.withClient { client in
                auth.faults.next(of: "GetAccessRequests", .answer(.resourceExhausted, "too much"))
                _ = try await client.ping(.init())
                let refused = await refusal { try await client.getAccessRequests(.init()) }
                #expect(refused?.code == .resourceExhausted)
                #expect(refused?.message == "too much")
                _ = try await client.getAccessRequests(.init())
            }
        }
    }

    @Test("A dropped call does nothing and cuts its connection")
    func drop() async throws {
        try await withSandboxAuth { auth in
            let id = auth.createRequest(user: "myuser", roles: ["editor"])
            auth.faults.next(.drop)
            try await auth.withClient { client in
                #expect(await refusal { try await client.setAccessRequestState(approve(id)) }?.code == .unavailable)
            }
            #expect(auth.auditLog.isEmpty)
            #expect(try await eventually { auth.connectionCount == 0 })
        }
    }

    @Test("A call whose answer is lost is carried out all the same")
    func actThenDrop() async throws {
        try await withSandboxAuth { auth in
            let id = auth.createRequest(user: "myuser", roles: ["editor"])
            auth.faults.next(.actThenDrop)
            try await auth.withClient { client in
                #expect(await refusal { try await client.setAccessRequestState(approve(id)) }?.code == .unavailable)
            }
            #expect(auth.auditLog.map(\.state) == [.approved])
        }
    }

    @Test("A call that is never answered is carried out, and the connection stays")
    func actThenStall() async throws {
        try await withSandboxAuth { auth in
            let id = auth.createRequest(user: "myuser", roles: ["editor"])
            auth.faults.next(.actThenStall)
            try await auth.withClient { client in
                let refused = await refusal { try await client.setAccessRequestState(approve(id), options: soon) }
                #expect(refused?.code == .deadlineExceeded)
                #expect(auth.auditLog.count == 1)
                _ = try await client.ping(.init())
            }
        }
    }

    @Test("Cut watches end with an error, or cleanly when asked to; calls go on")
    func cutWatches() async throws {
        try await withSandboxAuth { auth in
            try await auth.withClient { client in
                for clean in [false, true] {
                    let end = await refusal {
                        try await client.watchEvents(.requests) { response in
                            for try await _ in response.messages {
                                auth.faults.cutWatches(throwing: clean ? nil : AuthFaults.streamClosed)
                            }
                        }
                    }
                    #expect(end?.code == (clean ? nil : .unavailable))
                    #expect(end?.message == (clean ? nil : "Stream unexpectedly closed."))
                }
                _ = try await client.ping(.init())
            }
        }
    }

    @Test("A frozen service holds every byte, and goes on where it was")
    func freeze() async throws {
        try await withSandboxAuth { auth in
            try await auth.withClient { client in
                _ = try await client.ping(.init())
                auth.faults.freeze()
                #expect(await refusal { try await client.ping(.init(), options: soon) }?.code == .deadlineExceeded)
                #expect(auth.connectionCount == 1)
                auth.faults.thaw()
                _ = try await client.ping(.init())
            }
        }
    }

    @Test("A restart drops connections and keeps port and state; stopped, it refuses to connect")
    func restart() async throws {
        try await withSandboxAuth { auth in
            let id = auth.createRequest(user: "myuser", roles: ["editor"])
            let before = try await auth.address
            try await auth.withClient { client in
                let end = await refusal {
                    try await client.watchEvents(.requests) { response in
                        for try await _ in response.messages { try await auth.stop() }
                    }
                }
                #expect(end?.code == .unavailable)
            }
            await #expect(throws: (any Error).self) {
                try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .connect(host: before.host, port: before.port).get()
            }
            try await auth.start()
            #expect(try await auth.address == before)
            try await auth.withClient { client in
                let list = try await client.getAccessRequests(.init()).accessRequests
                #expect(list.map(\.metadata.name) == [id])
            }
        }
    }

    @Test("Events come late by the set lag, in their order")
    func eventLag() async throws {
        try await withSandboxAuth { auth in
            auth.faults.eventLag = .milliseconds(200)
            try await auth.withClient { client in
                try await client.watchEvents(.requests) { response in
                    var events = response.messages.makeAsyncIterator()
                    _ = try await events.next()
                    let start = ContinuousClock.now
                    let id = auth.createRequest(user: "myuser", roles: ["editor"])
                    auth.delete(id)
                    #expect(try await events.next()?.accessRequest.metadata.name == id)
                    #expect(ContinuousClock.now - start >= .milliseconds(200))
                    #expect(try await events.next() == .delete(id))
                }
            }
        }
    }
}
