import Access
import Foundation
import Testing

@testable import Mattermost

let token = "TOKENtokenTOKENtoken123456"
let bot = "tw4dd5b1mpfypk6qq3d7nf9pac"
let channel = "dpygwdyjubydfne5nshbuea4ga"
let reference = PostReference(channelID: channel, postID: "rj3gggtbjpfmxjtx5qpgc3u6zo")

func makeClient(_ url: String, limit: Duration = .seconds(5), caFile: String? = nil) throws -> MattermostClient {
    var configuration = MattermostClient.Configuration(url: try ServerURL(url), token: Secret(token))
    configuration.timeLimit = limit
    configuration.caFile = caFile
    return try MattermostClient(configuration)
}

func makeCard(_ status: Card.Status = .pending) throws -> Card {
    let id = try #require(RequestID("0d7a1d5e-0b3f-4a57-9a3e-7d2b8f6f0001"))
    let subject = Subject(requestID: id, user: "alice", roles: ["dba"], reason: "the <pager> \"rang\" & 日本 / \u{1F525}")
    let buttons = Decision.allCases.map { decision in
        Card.Button(decision, url: "http://127.0.0.1:9099/ok", context: ["action": decision.rawValue])
    }
    return Card(subject, status: status, buttons: buttons)
}

/// Runs a test against a server that answers every request with one recorded answer.
func replaying<Value: Sendable>(
    _ name: String, _ test: (FaultyServer, MattermostClient, Exchange) async throws -> Value
) async throws -> Value {
    let exchange = try Exchange(name)
    let bytes = try exchange.bytes()
    return try await FaultyServer.run { _ in
        .send(bytes)
    } _: { server in
        try await test(server, try makeClient(server.url), exchange)
    }
}

/// Returns the error of a call, and checks that it is one bounded line that never shows the token.
func failure<Value: Sendable>(
    _ call: () async throws(MattermostError) -> Value
) async throws -> MattermostError {
    let error = await #expect(throws: MattermostError.self) { _ = try await call() }
    let found = try #require(error)
    var text = "\(found) \(String(reflecting: found))"
    dump(found, to: &text)
    #expect(!text.contains(token))
    #expect(found.message.utf8.count < 1500)
    #expect(!found.message.contains("\n"))
    return found
}

/// Whether `whole` contains everything in `part`, with the same values.
func isContained(_ part: Any, in whole: Any?) -> Bool {
    switch (part, whole) {
    case (let part as [String: Any], let whole as [String: Any]):
        part.allSatisfy { isContained($0.value, in: whole[$0.key]) }
    case (let part as [Any], let whole as [Any]):
        part.count == whole.count && zip(part, whole).allSatisfy { isContained($0, in: $1) }
    case (let part as NSObject, let whole as NSObject):
        part == whole
    default: false
    }
}
