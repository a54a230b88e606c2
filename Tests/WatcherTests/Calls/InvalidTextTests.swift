import Access
import GRPCCore
import Sandbox
import SwiftProtobuf
import TeleportAPI
import TestSupport
import Testing

@testable import Watcher

@Suite("Texts that are not UTF-8", .timeLimit(.minutes(1)))
struct InvalidTextTests {
    /// Stands in a message for ``bytes``, which no string can hold.
    private static let mark = "~~~~"
    /// A byte that never occurs, one that goes on without a beginning, and an overlong slash.
    private static let bytes: [UInt8] = [0xFF, 0x80, 0xC0, 0xAF]
    private static let shown = "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"

    /// Returns the message as the plugin decodes it when the server sends ``bytes`` for each ``mark``.
    private static func spoilt<M: Message>(_ message: M) throws -> M {
        let wire: [UInt8] = try message.serializedBytes()
        return try M(serializedBytes: wire.replacing(Array(mark.utf8), with: bytes))
    }

    private static func decoded(_ message: some Message) throws -> any Message { try spoilt(message) }

    /// A request with the mark in every text but its id.
    private static let request = Types_AccessRequestV3.with {
        ($0.kind, $0.subKind, $0.version) = (mark, mark, mark)
        $0.metadata = metadata("a")
        $0.spec = .with {
            ($0.user, $0.roles, $0.requestReason, $0.resolveReason) = (mark, [mark, "dev"], "why \(mark)", mark)
            ($0.suggestedReviewers, $0.loginHint) = ([mark, "bob@example.com"], mark)
            ($0.resolveAnnotations, $0.systemAnnotations) = (labels, labels)
            $0.thresholds = [.with { ($0.name, $0.filter) = (mark, mark) }]
            $0.roleThresholdMapping = [mark: .with { $0.sets = [.with { $0.indexes = [0] }] }]
            $0.accessList = .with { ($0.name, $0.title) = (mark, mark) }
            $0.reviews = [
                .with {
                    ($0.author, $0.roles, $0.reason, $0.submittedBy) = (mark, [mark], "no \(mark)", mark)
                    ($0.annotations, $0.accessList) = (labels, .with { ($0.name, $0.title) = (mark, mark) })
                }
            ]
            $0.requestedResourceIds = [resource]
            $0.requestedResourceAccessIds = [
                .with { ($0.id, $0.constraints) = (resource, .with { ($0.version, $0.ssh.logins) = (mark, [mark]) }) },
                .with { ($0.id, $0.constraints) = (resource, .with { $0.awsConsole.roleArns = [mark] }) },
            ]
        }
    }

    private static let labels = Wrappers_LabelValues.with { $0.values = [mark: .with { $0.values = [mark, "x"] }] }
    private static let resource = Types_ResourceID.with {
        ($0.clusterName, $0.kind, $0.name, $0.subResourceName) = (mark, mark, mark, mark)
    }

    private static func metadata(_ name: String = mark) -> Types_Metadata {
        .with {
            ($0.name, $0.namespace, $0.description_p, $0.labels, $0.revision) = (name, mark, mark, [mark: mark], mark)
        }
    }

    @Test("A request is read with its texts as people can see them, and is decided by no button")
    func everyField() throws {
        let request = try #require(AccessRequest(try Self.spoilt(Self.request)))
        #expect(request.user == Self.shown && request.roles == [Self.shown, "dev"])
        #expect(request.reason == "why \(Self.shown)" && request.resolveReason == Self.shown)
        #expect(request.suggestedReviewers == [Self.shown, "bob@example.com"] && request.loginHint == Self.shown)
        #expect(request.annotations == [Self.shown: [Self.shown, "x"]] && request.accessList == Self.shown)
        #expect(request.reviews.map(\.reason) == ["no \(Self.shown)"] && request.usedThresholds == [0])
        #expect(request.resources.count == 3 && request.resources.allSatisfy { $0.name == Self.shown })
        #expect(request.kind == .unreadable)
    }

    @Test("Only a name of the requester, of a role or of a resource keeps a request from being decided by a button")
    func names() throws {
        typealias Change = (inout Types_AccessRequestSpecV3) -> Void
        let names: [Change] = [
            { $0.user = Self.mark }, { $0.roles = ["dev", Self.mark] },
            { $0.requestedResourceIds = [.with { $0.clusterName = Self.mark }] },
            { $0.requestedResourceIds = [.with { $0.kind = Self.mark }] },
            { $0.requestedResourceIds = [.with { $0.name = "n\(Self.mark)" }] },
            { $0.requestedResourceIds = [.with { $0.subResourceName = Self.mark }] },
            { $0.requestedResourceAccessIds = [.with { $0.constraints.ssh.logins = [Self.mark] }] },
        ]
        let texts: [Change] = [
            { $0.requestReason = Self.mark }, { $0.resolveReason = Self.mark }, { $0.suggestedReviewers = [Self.mark] },
            { $0.reviews = [.with { ($0.author, $0.reason) = (Self.mark, Self.mark) }] },
            { $0.systemAnnotations = Self.labels }, { $0.loginHint = Self.mark },
        ]
        func kind(_ change: Change) throws -> AccessRequest.Kind {
            var record = Types_AccessRequestV3.with { $0.metadata.name = "a" }
            (record.spec.user, record.spec.roles) = ("alice", ["dev"])
            change(&record.spec)
            return try #require(AccessRequest(try Self.spoilt(record))).kind
        }
        for change in names { #expect(try kind(change) == .unreadable) }
        for change in texts { #expect(try kind(change) == .shortTerm) }
    }

    @Test("An id that is not exact is no request's, in a list and in the watch")
    func ids() throws {
        let record = try Self.spoilt(Types_AccessRequestV3.with { $0.metadata.name = "a\(Self.mark)" })
        #expect(AccessRequest(record) == nil)
        #expect(WatchEvent(.with { ($0.type, $0.accessRequest) = (.put, record) }) == nil)
        let gone = try Self.spoilt(
            Proto_Event.with {
                $0.type = .delete
                ($0.resourceHeader.kind, $0.resourceHeader.metadata.name) = ("access_request", "a\(Self.mark)")
            })
        #expect(WatchEvent(gone) == nil)
    }

    /// A message of each kind that the server sends, with the mark in every text.
    private static let messages: [any Message] = [
        Proto_PingResponse.with { ($0.clusterName, $0.serverVersion, $0.proxyPublicAddr) = (mark, mark, mark) },
        Proto_Event.with { $0.accessRequest = request },
        Proto_Event.with {
            ($0.resourceHeader.kind, $0.resourceHeader.subKind, $0.resourceHeader.version) = (mark, mark, mark)
            $0.resourceHeader.metadata = metadata()
        },
        Proto_Event.with { $0.accessMonitoringRule = rule },
        Proto_AccessRequests.with { $0.accessRequests = [request] },
        Proto_ListAccessRequestsResponse.with { $0.accessRequests = [request] },
        Proto_PluginDataSeq.with {
            $0.pluginData = [
                .with {
                    $0.metadata = metadata()
                    $0.spec.entries = [mark: .with { $0.data = [mark: mark] }]
                }
            ]
        },
        Types_RoleV6.with {
            $0.metadata = metadata()
            $0.spec.allow.logins = [mark]
            $0.spec.deny.rules = [.with { ($0.resources, $0.verbs, $0.where) = ([mark], [mark], mark) }]
        },
        Types_UserV2.with { ($0.metadata, $0.spec.traits) = (metadata(), labels) },
        Teleport_Userloginstate_V1_UserLoginState.with { $0.spec.traits = [.with { ($0.key, $0.values) = (mark, [mark]) }] },
        Teleport_Users_V1_ListUsersResponse.with {
            $0.users = [.with { ($0.kind, $0.metadata, $0.spec.traits) = (mark, metadata(), labels) }]
        },
        Teleport_Accessmonitoringrules_V1_ListAccessMonitoringRulesWithFilterResponse.with { $0.rules = [rule] },
        Teleport_Accesslist_V1_ListAccessListsResponse.with {
            $0.accessLists = [
                .with {
                    ($0.header.metadata, $0.spec.title, $0.spec.type) = (metadata(), mark, mark)
                    $0.spec.owners = [.with { $0.name = mark }]
                }
            ]
        },
        Teleport_Accesslist_V1_GetAccessListOwnersResponse.with { $0.owners = [.with { $0.name = mark }] },
        Proto_ListResourcesResponse.with {
            $0.resources = [
                .with { ($0.node.metadata, $0.node.spec.hostname) = (metadata(), mark) },
                .with { $0.node.spec.cmdLabels = [mark: .with { $0.result = mark }] },
                .with { $0.appServer.spec.app.spec.dynamicLabels = [mark: .with { $0.result = mark }] },
                .with { $0.databaseServer.spec.database.spec.dynamicLabels = [mark: .with { $0.result = mark }] },
                .with { $0.kubeCluster.spec.dynamicLabels = [mark: .with { $0.result = mark }] },
                .with { $0.userGroup.header.metadata = metadata() },
            ]
        },
    ]

    private static let rule = Teleport_Accessmonitoringrules_V1_AccessMonitoringRule.with {
        ($0.kind, $0.subKind, $0.version, $0.metadata.name, $0.metadata.labels) = (mark, mark, mark, mark, [mark: mark])
        ($0.spec.subjects, $0.spec.states, $0.spec.condition, $0.spec.desiredState) = ([mark], [mark], mark, mark)
        ($0.spec.notification.name, $0.spec.notification.recipients) = (mark, [mark])
        ($0.spec.automaticReview.integration, $0.spec.automaticReview.decision) = (mark, mark)
        $0.spec.schedules = [
            mark: .with {
                ($0.time.timezone, $0.time.shifts) = (mark, [.with { ($0.weekday, $0.start, $0.end) = (mark, mark, mark) }])
            }
        ]
    }

    @Test("Every answer of the server is read, whichever of its texts is not valid")
    func everyMessage() throws {
        for message in Self.messages {
            let again: [UInt8] = try Self.decoded(message).serializedBytes()
            let before: [UInt8] = try message.serializedBytes()
            let marks = before.ranges(of: Array(Self.mark.utf8)).count
            #expect(marks > 0 && again.ranges(of: Array(Self.shown.utf8)).count == marks)
        }
    }

    @Test("One request's reason keeps neither the watch nor a list from the others", arguments: ["7.3.2", "10.0.0", "18.0.0"])
    func others(version: String) async throws {
        try await AuthUnderTest.run {
            $0.version = version
        } _: { test in
            _ = try await test.events.first { $0 == .connected }
            // Field 6 of the spec, the reason, with one byte.
            let spoilt = test.auth.createRequest(user: "alice", roles: ["dev"], rawFields: [0x32, 1, 0xFF])
            let other = test.auth.createRequest(user: "bob", roles: ["dev"], reason: "why")
            let ids = try [spoilt, other].map { try #require(RequestID($0)) }
            for id in ids { _ = try await test.events.first { $0 == .changed(id, .pending) } }
            try test.auth.resolve(spoilt, .denied)
            try test.auth.resolve(other, .approved)
            _ = try await test.events.first { $0 == .changed(ids[0], .denied) }
            _ = try await test.events.first { $0 == .changed(ids[1], .approved) }
            let requests = try await test.client.requests()
            #expect(Set(requests.map(\.reason)) == ["\u{FFFD}", "why"])
            #expect(try await test.client.request(ids[0])?.kind == .shortTerm)
            #expect(test.client.status.lastFailure == nil)
        }
    }

    @Test("A resource without an exact name is not looked up: another one may have the name that is shown")
    func lookUps() {
        #expect(TeleportClient.isQuotable("db") && !TeleportClient.isQuotable("db\u{FFFD}"))
    }
}
