import Access
import Foundation
import Testing

@testable import Mattermost

@Suite(.timeLimit(.minutes(1))) struct RepliesTests {
    private static let root = PostReference(channelID: channel, postID: "rj3gggtbjpfmxjtx5qpgc3u6zo")

    private static func post(_ id: String, by user: String = bot, at time: Int, deleted: Int = 0, props: String = "{}")
        -> String
    {
        #""\#(id)":{"id":"\#(id)","channel_id":"\#(channel)","user_id":"\#(user)","create_at":\#(time),"delete_at":\#(deleted),"#
            + #""props":\#(props)}"#
    }

    private static func mark(_ name: String) -> String { #"{"teleport_reply":{"request_id":"req-1","name":"\#(name)"}}"# }

    private func replies(_ posts: [String]) async throws -> [PostedReply]? {
        let body = #"{"order":[],"posts":{\#(posts.joined(separator: ","))}}"#
        return try await FaultyServer.run { _ in
            .send(answer(body))
        } _: { server in
            let replies = try await makeClient(server.url).replies(to: Self.root, by: bot)
            #expect(server.requests.map(\.path) == ["/api/v4/posts/\(Self.root.postID)/thread"])
            return replies
        }
    }

    @Test("A reply goes into the thread, marked so that it is found again and is no card")
    func reply() async throws {
        let body = #"{"id":"daoqee9aqpns3qxgzs4nchzbsc","channel_id":"\#(channel)","user_id":"\#(bot)"}"#
        try await FaultyServer.run { _ in
            .send(answer(body, status: 201))
        } _: { server in
            let id = try #require(RequestID("req-1"))
            try await makeClient(server.url).reply(
                ThreadReply(requestID: id, name: "review-0", text: "a `review`"), to: Self.root, pendingPostID: "\(bot):x")
            let sent = try #require(server.requests.first)
            #expect(sent.path == "/api/v4/posts")
            let json = try #require(try JSONSerialization.jsonObject(with: Data(sent.body)) as? NSDictionary)
            #expect(
                json == [
                    "channel_id": channel, "root_id": Self.root.postID, "message": "a `review`", "pending_post_id": "\(bot):x",
                    "props": ["from_bot": "true", "teleport_reply": ["request_id": "req-1", "name": "review-0"]],
                ])
        }
    }

    @Test("Only the bot's own marked replies that still stand are found, oldest first")
    func found() async throws {
        let found = try await replies([
            Self.post(Self.root.postID, at: 1, props: Self.mark("root")), Self.post("b", at: 3, props: Self.mark("review-1")),
            Self.post("a", at: 2, props: Self.mark("review-0")), Self.post("c", by: "eve", at: 4, props: Self.mark("review-2")),
            Self.post("d", at: 5, deleted: 6, props: Self.mark("review-3")), Self.post("e", at: 7),
            Self.post("f", at: 8, props: #"{"teleport_reply":"x","teleport":7}"#),
        ])
        #expect(found?.map(\.name) == ["review-0", "review-1"])
        #expect(found?.map(\.reference.postID) == ["a", "b"])
        #expect(found?.allSatisfy { $0.requestID == RequestID("req-1") } == true)
    }

    @Test("A thread without its post, or with a deleted one, is gone; another failure is none")
    func gone() async throws {
        #expect(try await replies([Self.post("a", at: 2, props: Self.mark("review-0"))]) == nil)
        #expect(try await replies([Self.post(Self.root.postID, at: 1, deleted: 2)]) == nil)
        let failures = [
            (404, "app.post.get.app_error", true), (404, "app.channel.get.existing.app_error", false), (404, "x", false),
            (403, "api.context.permissions.app_error", false), (500, "app.post.get.app_error", false),
        ]
        for (status, id, isGone) in failures {
            try await FaultyServer.run { _ in
                .send(answer(#"{"id":"\#(id)","message":"no"}"#, status: status))
            } _: { server in
                let client = try makeClient(server.url)
                if isGone {
                    #expect(try await client.replies(to: Self.root, by: bot) == nil)
                } else {
                    await #expect(throws: MattermostError.self) { try await client.replies(to: Self.root, by: bot) }
                }
            }
        }
    }
}
