import Foundation
import TestSupport
import Testing

@testable import Sandbox

/// A recorded request to a real 5.37 server, and its answer.
struct RecordedExchange {
    let json: JSON
    /// The body as it was sent, without the white space of the file.
    let wireBody: String

    init(_ name: String) throws {
        let bytes = try Fixtures.bytes("mattermost-5.37/\(name).json")
        json = JSON(bytes: bytes) ?? .null
        let text = Self.compact(String(decoding: bytes, as: UTF8.self))
        let isCallback = name.hasPrefix("callback")
        let start = try #require(text.range(of: "\"body\":", options: isCallback ? [] : .backwards))
        let rest = text[start.upperBound...]
        let end = try #require(
            isCallback ? rest.range(of: ",\"raw_length\"")?.lowerBound : rest.index(rest.endIndex, offsetBy: -2))
        wireBody = String(rest[..<end])
    }

    var status: Int { Int(json["response"]?["status"]?.int ?? 0) }
    var headers: JSON { json["response"]?["headers"] ?? json["headers"] ?? [:] }
    var body: JSON { json["response"]?["body"] ?? json["body"] ?? .null }
    var requestBody: JSON { json["request"]?["body"] ?? .null }

    func text(_ name: String) -> String { body[name]?.text ?? "" }
    func int(_ name: String) -> Int64 { body[name]?.int ?? -1 }

    private static func compact(_ text: String) -> String {
        var isQuoted = false
        var isEscaped = false
        return String(
            text.filter { character in
                defer {
                    if character == "\"" && !isEscaped { isQuoted.toggle() }
                    isEscaped = character == "\\" && !isEscaped
                }
                return isQuoted || !character.isWhitespace
            })
    }
}

extension JSON {
    var goText: String { String(decoding: goEncoded, as: UTF8.self) }
}

extension ChatState {
    /// The recorded accounts, team and channel, with their ids and times.
    static func recorded() throws -> ChatState {
        let (team, channel) = (try RecordedExchange("team_by_name"), try RecordedExchange("channel_by_team_and_name"))
        var state = ChatState(
            team: ChatTeam(
                id: team.text("id"), name: team.text("name"), displayName: team.text("display_name"),
                inviteID: team.text("invite_id"), createAt: team.int("create_at")))
        state.accounts = try ["users_me", "user_by_id", "user_by_username"].map { name in
            let user = try RecordedExchange(name)
            return ChatAccount(
                id: user.text("id"), username: user.text("username"), email: user.text("email"),
                firstName: user.text("first_name"), roles: user.text("roles"), isBot: user.body["is_bot"] == true,
                createAt: user.int("create_at"), updateAt: user.int("update_at"))
        }
        state.channels = [
            ChatChannel(
                id: channel.text("id"), kind: .open, name: channel.text("name"), displayName: channel.text("display_name"),
                creatorID: channel.text("creator_id"), createAt: channel.int("create_at"),
                members: Set(state.accounts.map(\.id)))
        ]
        return state
    }

    var alice: ChatAccount { get throws { try account(named: "alice") } }
    var teleport: ChatAccount { get throws { try account(named: "teleport") } }

    /// Creates the post of a recorded request, with the recorded time and id.
    mutating func create(_ name: String) throws -> Created {
        let recorded = try RecordedExchange(name)
        return try createPost(
            recorded.requestBody, by: teleport, now: recorded.int("create_at"), id: recorded.text("id"))
    }
}
