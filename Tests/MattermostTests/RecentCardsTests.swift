import Access
import Foundation
import Testing

@testable import Mattermost

@Suite(.timeLimit(.minutes(1))) struct RecentCardsTests {
    /// A post as a channel lists it; `props` is JSON.
    private static func post(_ id: Int, by user: String = bot, deleted: Int = 0, props: String) -> String {
        #"{"id":"post\#(id)","channel_id":"\#(channel)","user_id":"\#(user)","create_at":\#(id),"delete_at":\#(deleted),"props":\#(props)}"#
    }

    private static func mark(_ id: Int, _ state: String = "pending") -> String {
        #"{"teleport":{"request_id":"req-\#(id)","state":"\#(state)"}}"#
    }

    private static func page(_ posts: [(id: Int, json: String)]) -> [UInt8] {
        let order = posts.map { "\"post\($0.id)\"" }.joined(separator: ",")
        let all = posts.map { "\"post\($0.id)\":\($0.json)" }.joined(separator: ",")
        return answer(#"{"order":[\#(order)],"posts":{\#(all)},"next_post_id":"","prev_post_id":""}"#)
    }

    /// A channel of so many posts, newest (highest number) first, served as Mattermost pages it.
    private static func channelOf(_ count: Int) -> FaultyServer.React {
        { request in
            let query = URLComponents(string: request.path)?.queryItems ?? []
            let size = query.first { $0.name == "per_page" }.flatMap { Int($0.value ?? "") } ?? 60
            let before = query.first { $0.name == "before" }?.value.flatMap { Int($0.dropFirst(4)) } ?? count + 1
            let ids = stride(from: before - 1, to: max(0, before - 1 - size), by: -1)
            return .send(page(ids.map { ($0, post($0, props: mark($0))) }))
        }
    }

    private func cards(
        limit: Int, since: Int64 = 0, _ react: @escaping FaultyServer.React
    ) async throws -> (cards: [PostedCard], calls: [String]) {
        try await FaultyServer.run(react) { server in
            let cards = try await makeClient(server.url).recentCards(
                in: channel, by: bot, since: Timestamp(milliseconds: since), limit: limit)
            return (cards, server.requests.map(\.path))
        }
    }

    @Test("The recorded page has no cards of the plugin's")
    func recorded() async throws {
        try await replaying("posts_in_channel") { server, client, exchange in
            let cards = try await client.recentCards(in: channel, by: bot, since: .init(milliseconds: 0), limit: 2)
            #expect(cards == [])
            #expect(server.requests.first?.path == exchange.path)
        }
    }

    @Test("Pages follow one another by id until the limit")
    func pages() async throws {
        let (cards, calls) = try await cards(limit: 250, Self.channelOf(1000))
        #expect(cards.map(\.reference.postID) == (0..<250).map { "post\(1000 - $0)" })
        #expect(cards.first?.requestID == RequestID("req-1000"))
        let base = "/api/v4/channels/\(channel)/posts?per_page="
        #expect(calls == ["\(base)100", "\(base)100&before=post901", "\(base)50&before=post801"])
    }

    @Test("The search ends with the page that reaches back far enough")
    func since() async throws {
        let (cards, calls) = try await cards(limit: 1000, since: 850, Self.channelOf(1000))
        #expect(cards.count == 200)
        #expect(calls.count == 2)
    }

    @Test("A channel that ends early ends the search", arguments: [0, 1, 99, 100, 101])
    func short(count: Int) async throws {
        let (cards, calls) = try await cards(limit: 300, Self.channelOf(count))
        #expect(cards.count == count)
        #expect(calls.count == count / 100 + 1)
    }

    @Test("A server that repeats its page is left, not asked for ever")
    func repeated() async throws {
        let same = Self.page((1...100).map { ($0, Self.post($0, props: Self.mark($0))) })
        let (_, calls) = try await cards(limit: 100_000) { _ in .send(same) }
        #expect(calls.count == 2)
    }

    @Test("Posts of others, deleted ones and unmarked ones are left out; any shape of props is survived")
    func filters() async throws {
        let posts = [
            Self.post(9, by: "somebody", props: Self.mark(9)), Self.post(8, deleted: 5, props: Self.mark(8)),
            Self.post(7, props: "{}"), Self.post(6, props: "null"), Self.post(5, props: #"{"teleport":"text"}"#),
            Self.post(4, props: #"{"teleport":{"request_id":7}}"#), Self.post(3, by: "somebody", props: "[1]"),
            Self.post(2, props: #"{"teleport":{"request_id":"a b"}}"#), Self.post(1, props: Self.mark(1, "approved")),
        ]
        let numbered = zip(stride(from: 9, to: 0, by: -1), posts).map { (id: $0, json: $1) }
        let (cards, _) = try await cards(limit: 100) { _ in .send(Self.page(numbered)) }
        #expect(
            cards == [
                PostedCard(reference: PostReference(channelID: channel, postID: "post2"), requestID: nil, status: nil),
                PostedCard(
                    reference: PostReference(channelID: channel, postID: "post1"), requestID: RequestID("req-1"),
                    status: "approved"),
            ])
    }

    @Test("A single post is found with what it shows, or nil when deleted or gone")
    func single() async throws {
        let answers = [
            "post1": answer(Self.post(1, props: Self.mark(1))),
            "post2": answer(Self.post(2, deleted: 1, props: Self.mark(2))),
            "post3": answer(#"{"id":"app.post.get.app_error","message":"Unable to get the post."}"#, status: 404),
        ]
        try await FaultyServer.run { request in
            request.path.split(separator: "/").last.flatMap { answers[String($0)] }.map { .send($0) } ?? .drop
        } _: { server in
            let client = try makeClient(server.url)
            let one = PostReference(channelID: channel, postID: "post1")
            let found = try await client.post(one)
            #expect(found == PostedCard(reference: one, requestID: RequestID("req-1"), status: "pending"))
            for id in ["post2", "post3", "../users/me", "a?b", ""] {
                #expect(try await client.post(PostReference(channelID: channel, postID: id)) == nil)
            }
            #expect(server.requests.count == 3)
        }
    }
}
