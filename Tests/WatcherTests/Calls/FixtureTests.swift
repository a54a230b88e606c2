import Access
import Foundation
import GRPCCore
import SwiftProtobuf
import TeleportAPI
import TestSupport
import Testing

@testable import Watcher

/// A recorded message or failure. `NAME.pb` has the bytes that were sent, and `NAME.json` has the message as Go shows it.
struct Recorded: Sendable {
    static let folder = "teleport-7.3.2"
    let name: String

    var json: [String: Any] {
        get throws {
            let data = Data(try Fixtures.bytes("\(Self.folder)/\(name).json"))
            return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        }
    }

    var fields: [String: Any] { get throws { try #require(try json["go_json"] as? [String: Any]) } }

    var wire: [UInt8] { get throws { try Fixtures.bytes("\(Self.folder)/\(name).pb") } }

    static func names(ofType suffix: String) throws -> [String] {
        try Fixtures.names(in: folder).filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }
    }
}

@Suite("Every recorded answer of Teleport 7.3.2")
struct FixtureTests {
    @Test("Messages decode to what Go shows, and encode to the same meaning", arguments: try Recorded.names(ofType: ".pb"))
    func message(name: String) throws {
        let recorded = Recorded(name: name)
        let (wire, fields) = (try recorded.wire, try recorded.fields)
        switch try recorded.json["type"] as? String {
        case "*proto.PingResponse": try expectPing(try decode(wire), fields)
        case "*proto.AccessRequests":
            let list: Proto_AccessRequests = try decode(wire)
            let shown = fields["access_requests"] as? [[String: Any]] ?? []
            #expect(list.accessRequests.count == shown.count)
            for (record, shown) in zip(list.accessRequests, shown) { try expectRequest(record, shown) }
        case "*proto.Event": try expectEvent(try decode(wire), fields)
        case "*proto.PluginDataSeq": try expectPluginData(try decode(wire), fields)
        case "*proto.RequestStateSetter": try expectSetter(try decode(wire), fields)
        case "*proto.Watch":
            let watch: Proto_Watch = try decode(wire)
            #expect(watch.kinds.map(\.kind) == ["access_request"])
        case "*emptypb.Empty": #expect(wire.isEmpty)
        case let type: Issue.record("\(name) is of a type without a check: \(type ?? "none")")
        }
    }

    @Test(
        "Every recorded failure gets a code that the plugin can act on",
        arguments: [
            ("get_user_denied", TeleportError.Code.permissionDenied), ("set_access_request_state_missing", .notFound),
            ("submit_access_review", .permissionDenied), ("update_plugin_data_compare_failed", .conflict),
            ("update_plugin_data_missing_request", .notFound),
        ])
    func failure(name: String, code: TeleportError.Code) throws {
        let json = try Recorded(name: name).json
        let number = try #require(json["grpc_code"] as? Int)
        let message = try #require(json["message"] as? String)
        let status = try #require(Status.Code(rawValue: number).flatMap { RPCError.Code($0) })
        let address = try AuthAddress(parsing: "auth.example.com")
        let error = TeleportError(RPCError(code: status, message: message), during: .setState, to: address)
        #expect(error.code == code)
        #expect(error.message.contains(message))
    }

    @Test("The text of a refused review tells the reason if the code does not")
    func reviews() throws {
        let address = try AuthAddress(parsing: "auth.example.com")
        func refusal(_ code: RPCError.Code, _ words: String, during call: AuthCall = .submitReview) -> ReviewRefusal? {
            ReviewRefusal(TeleportError(RPCError(code: code, message: words), during: call, to: address))
        }
        let again = #"user "p" has already reviewed this request"#
        let denied: [(String, ReviewRefusal)] = [
            (#"user "p" cannot submit reviews on behalf of "a""#, .notForOthers),
            (#"access denied to perform action "read" on "user""#, .lacksUserRead),
            (#"user "p" cannot submit reviews for "a", user could not be fetched from local store"#, .authorNotStored),
            (#"user "p" cannot submit reviews for "a""#, .notForThisUser),
            ("admin-level API request requires MFA verification", .needsMFA),
            (#"user "a" cannot submit reviews"#, .mayNotReview("a")),
            (#"user "a" cannot review request "1""#, .notThisRequest("a")), (again, .alreadyReviewed(by: "p")),
            ("the access request has been already approved", .alreadyResolved), ("something new", .notAllowed),
        ]
        for (words, expected) in denied { #expect(refusal(.permissionDenied, words) == expected) }
        #expect(refusal(.alreadyExists, again) == .alreadyReviewed(by: "p"))
        #expect(refusal(.alreadyExists, "somebody has already reviewed this request") == .alreadyReviewed(by: nil))
        #expect(refusal(.invalidArgument, "request is uninitialized or does not support reviews") == .noThresholds)
        #expect(refusal(.permissionDenied, again, during: .setState) == .notAllowed, "only a review can be taken twice")
        #expect(refusal(.unimplemented, "unknown method") == .notSupported)
        #expect(refusal(.deadlineExceeded, "cannot submit reviews") == nil)
    }

    @Test(
        "The operator is told what to mend about a refused review, and not to add a permission where MFA is demanded",
        arguments: [
            (#"user "p" cannot submit reviews on behalf of "a""#, "upgrade it, or set [approvals] review_as_plugin = true"),
            (#"access denied to perform action "read" on "user""#, "spec.allow.rules: - {resources: [user], verbs: [read]}"),
            (#"user "p" cannot submit reviews for "a""#, "submit_for_users"),
            (#"user "p" cannot submit reviews for "a", user could not be fetched from local store"#, "tctl users ls"),
            (#"user "a" cannot submit reviews"#, "spec.allow.review_requests"),
            ("admin-level API request requires MFA verification", "an identity of tbot, or of tctl auth sign"),
        ])
    func mends(words: String, mend: String) throws {
        let address = try AuthAddress(parsing: "auth.example.com")
        let error = TeleportError(RPCError(code: .permissionDenied, message: words), during: .submitReview, to: address)
        #expect(error.code == .permissionDenied)
        #expect(error.message.contains(words))
        #expect(error.mend?.contains(mend) == true, "\(error)")
    }

    @Test("A decision that needs MFA is recognized, and no permission is named for it")
    func mfa() throws {
        let address = try AuthAddress(parsing: "auth.example.com")
        let words = "admin-level API request requires MFA verification"
        let error = TeleportError(RPCError(code: .permissionDenied, message: words), during: .setState, to: address)
        #expect(error.reason == .needsMFA)
        #expect(error.mend?.contains("tbot") == true && !error.message.contains("spec.allow"))
    }

    @Test("No recorded failure is left out")
    func allFailures() throws {
        let failures = Set(try Recorded.names(ofType: ".json")).subtracting(try Recorded.names(ofType: ".pb"))
        #expect(failures.count == 5)
    }

    private func decode<M: SwiftProtobuf.Message & Equatable>(_ wire: [UInt8]) throws -> M {
        let message = try M(serializedBytes: wire)
        #expect(try M(serializedBytes: try message.serializedBytes() as [UInt8]) == message)
        return message
    }

    private func expectPing(_ ping: Proto_PingResponse, _ shown: [String: Any]) throws {
        #expect(ping.clusterName == shown["cluster_name"] as? String)
        #expect(ping.serverVersion == shown["server_version"] as? String)
        #expect(try #require(ServerVersion(ping.serverVersion)) >= .minimum)
    }

    private func expectRequest(_ record: Types_AccessRequestV3, _ shown: [String: Any]) throws {
        let request = try #require(AccessRequest(record))
        let spec = try #require(shown["spec"] as? [String: Any])
        let metadata = try #require(shown["metadata"] as? [String: Any])
        let states: [Int: AccessRequest.State] = [1: .pending, 2: .approved, 3: .denied]
        #expect(request.id.rawValue == metadata["name"] as? String)
        #expect(request.user == spec["user"] as? String)
        #expect(request.roles == spec["roles"] as? [String])
        let state = try #require(spec["state"] as? Int)
        #expect(request.state == states[state])
        #expect(request.reason == spec["request_reason"] as? String ?? "")
        #expect(request.resolveReason == spec["resolve_reason"] as? String ?? "")
        #expect(request.created == (try timestamp(spec["created"])))
        #expect(request.expires == (try timestamp(metadata["expires"])))
    }

    private func expectEvent(_ event: Proto_Event, _ shown: [String: Any]) throws {
        let resource = shown["Resource"] as? [String: Any]
        let seen = WatchEvent(event)
        switch shown["type"] as? Int ?? 0 {
        case 1:
            let request = try #require(resource?["access_request"] as? [String: Any])
            try expectRequest(event.accessRequest, request)
            let state = try #require(AccessRequest(event.accessRequest)).state
            #expect(seen == .changed(try id(of: request), state))
        case 2:
            let header = try #require(resource?["resource"] as? [String: Any])
            #expect(seen == .deleted(try id(of: header)))
        default: #expect(seen == .connected)
        }
    }

    private func expectPluginData(_ list: Proto_PluginDataSeq, _ shown: [String: Any]) throws {
        let records = shown["plugin_data"] as? [[String: Any]] ?? []
        #expect(list.pluginData.count == records.count)
        for (data, record) in zip(list.pluginData, records) {
            let entries = (record["spec"] as? [String: Any])?["entries"] as? [String: Any]
            let stored = (entries?["mattermost"] as? [String: Any])?["data"] as? [String: String]
            #expect(data.spec.entries["mattermost"]?.data == stored)
            #expect(RequestID(data.metadata.name) == (try id(of: record)))
        }
    }

    private func expectSetter(_ setter: Proto_RequestStateSetter, _ shown: [String: Any]) throws {
        #expect(setter.id == shown["id"] as? String)
        #expect(setter.state.rawValue == shown["state"] as? Int)
        #expect(setter.delegator == shown["delegator"] as? String)
        #expect(setter.reason == shown["reason"] as? String)
    }

    private func id(of resource: [String: Any]) throws -> RequestID {
        let metadata = try #require(resource["metadata"] as? [String: Any])
        let name = try #require(metadata["name"] as? String)
        return try #require(RequestID(name))
    }

    /// Reads a time in the form of RFC 3339 with nanoseconds, and cuts it to milliseconds.
    private func timestamp(_ value: Any?) throws -> Timestamp {
        let text = try #require(value as? String)
        let parts = text.dropLast().split(separator: ".")
        let seconds = try Date.ISO8601FormatStyle().parse(parts[0] + "Z").timeIntervalSince1970
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        let milliseconds = try #require(Int64((fraction + "000").prefix(3)))
        return Timestamp(milliseconds: Int64(seconds) * 1000 + milliseconds)
    }
}
