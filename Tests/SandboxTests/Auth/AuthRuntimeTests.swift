import GRPCCore
import SwiftProtobuf
import TeleportAPI
import TestSupport
import Testing

@testable import Sandbox

/// Tests of changes while the auth service runs.
@Suite(.timeLimit(.minutes(1))) struct AuthRuntimeTests {
    private static let list = AuthPermission("list", "access_request")

    @Test("A permission that is taken away is missing in calls and in the role, and works again when it is given back")
    func permissions() async throws {
        try await withSandboxAuth { auth in
            let id = auth.createRequest(user: "myuser", roles: ["editor"])
            try await auth.withClient { client in
                func seen() async throws -> [String] {
                    try await client.getAccessRequests(.init()).accessRequests.map(\.metadata.name)
                }
                func verbs() async throws -> Set<String> {
                    let role = try await client.getRole(.with { $0.name = "access-plugin-mattermost" })
                    return Set(role.spec.allow.rules.filter { $0.resources == ["access_request"] }.flatMap(\.verbs))
                }
                let before = (try await seen(), try await verbs())
                #expect(before == ([id], ["list", "read", "update"]))
                auth.withdraw(Self.list)
                let without = (try await seen(), try await verbs())
                #expect(without == ([], ["read", "update"]))
                let filter = Types_PluginDataFilter.with { ($0.kind, $0.resource) = ("access_request", id) }
                let refused = await refusal { try await client.getPluginData(filter) }
                #expect(refused?.code == .permissionDenied)
                auth.grant(Self.list)
                #expect(try await seen() == [id])
            }
        }
    }

    @Test("On the wire a review's time can be absent or Go's zero, and the latest end of access can be the start of 1970")
    func zeroTimes() throws {
        let service = AuthInMemory(reviewers: ["ana"])
        let request = service.store.create(
            id: "a", user: "myuser", roles: ["editor"], reason: "", pendingTTL: .seconds(60), accessTTL: .seconds(60)
        ) { $0.maxDuration = .zero }
        #expect(request.message.spec.hasMaxDuration && request.message.spec.maxDuration == Google_Protobuf_Timestamp())
        for (author, created) in [("ana", AuthTime.absent), ("bea", .yearOne), ("cia", .zero)] {
            _ = try service.store.review("a", by: author, state: .denied, reason: "", created: created)
        }
        let reviews = try Types_AccessRequestV3(
            serializedBytes: (service.store.request("a")?.message.serializedBytes() ?? []) as [UInt8]
        ).spec.reviews
        #expect(reviews.map(\.hasCreated) == [false, true, true])
        #expect(reviews[1].created == Google_Protobuf_Timestamp(seconds: -62_135_596_800))
        #expect(reviews[2].created.seconds == 0)
    }

    @Test("A watcher that lets more events wait than the buffer holds is ended as Teleport ends it, and can watch again")
    func overflow() async throws {
        try await withSandboxAuth {
            $0.watchBuffer = 16
        } _: { auth in
            let ids = (0..<3000).map { _ in auth.createRequest(user: "myuser", roles: ["editor"]) }
            try await auth.withClient { client in
                let ended = await refusal {
                    try await client.watchEvents(.requests) { response in
                        for try await event in response.messages where event.type == .init_ {
                            for id in ids { auth.delete(id) }
                        }
                    }
                }
                #expect(ended?.code == .invalidArgument && ended?.message == "buffer overflow")
                #expect(try await eventually { auth.watchers == 0 })
                try await client.watchEvents(.requests) { response in
                    for try await event in response.messages {
                        if event.type == .init_ { auth.createRequest(user: "myuser", roles: ["editor"]) } else { break }
                    }
                }
            }
        }
    }

    @Test("A thousand events at once fit into the buffer")
    func fits() async throws {
        try await withSandboxAuth { auth in
            let ids = (0..<1000).map { _ in auth.createRequest(user: "myuser", roles: ["editor"]) }
            try await auth.withClient { client in
                let told = try await client.watchEvents(.requests) { response in
                    var told: [String] = []
                    for try await event in response.messages {
                        if event.type == .init_ {
                            for id in ids { auth.delete(id) }
                        } else {
                            told.append(event.resourceHeader.metadata.name)
                        }
                        if told.count == ids.count { break }
                    }
                    return told
                }
                #expect(told == ids)
            }
        }
    }

    @Test("Events that the server's own lag keeps back fill no watcher's buffer")
    func lagging() {
        let queue = WatchQueue(filter: RequestFilter(), limit: 2)
        let item = WatchQueue.Item(event: .delete("a"), since: .now)
        for _ in 0..<9 { #expect(queue.add(item, lag: .seconds(60))) }
        #expect(!queue.add(item, lag: .zero))
        #expect(throws: WatchQueue.overflow) { try queue.taken() }
        let taken = WatchQueue(filter: RequestFilter(), limit: 2)
        for _ in 0..<9 {
            #expect(taken.add(item, lag: .zero))
            #expect(throws: Never.self) { try taken.taken() }
        }
    }

    @Test("Ten thousand requests with their data are made, listed and removed within seconds")
    func many() throws {
        let service = AuthInMemory()
        let ids = (0..<10_000).map { "request-\($0)" }
        let time = try ContinuousClock().measure {
            for id in ids {
                _ = service.store.create(
                    id: id, user: "u", roles: ["r"], reason: "", pendingTTL: .seconds(3600), accessTTL: .seconds(7200))
                try service.store.update(.init(requestID: id, plugin: "mattermost", set: ["a": id], expect: [:]))
            }
            #expect(service.store.requests().count == 10_000)
            for id in ids { service.store.delete(id) }
            #expect(service.store.pluginData().count == 10_000)
        }
        #expect(time < .seconds(20))
    }

    @Test("Two clusters run side by side with one Mattermost, each with its own name and the same TLS name")
    func twoClusters() async throws {
        try await withSandboxAuth { first in
            try await withSandboxAuth {
                $0.clusterName = "second.example"
            } _: { second in
                let mattermost = try SandboxMattermost(.init(teleport: first))
                let addresses = [try await first.address, try await second.address]
                #expect(addresses[0] != addresses[1])
                let id = first.createRequest(user: "myuser", roles: ["editor"])
                #expect(second.request(id) == nil)
                for (auth, name) in [(first, "sandbox.example"), (second, "second.example")] {
                    // The client verifies the name `teleport.cluster.local`, regardless of the cluster's name.
                    let told = try await auth.withClient { try await $0.ping(.init()).clusterName }
                    #expect(told == name)
                }
                #expect(try mattermost.world.read { state throws(AppError) in state.posts.isEmpty })
            }
        }
    }
}
