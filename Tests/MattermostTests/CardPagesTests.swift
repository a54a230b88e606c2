import Access
import Foundation
import Testing

@testable import Mattermost

@Suite(.timeLimit(.minutes(1))) struct CardPagesTests {
    /// A post in the form in which Mattermost lists it. `props` is JSON.
    private static func post(_ id: Int, by user: String = bot, deleted: Int = 0, props: String) -> String {
        #"{"id":"post\#(id)","channel_id":"\#(channel)","user_id":"\#(user)","create_at":\#(id),"delete_at":\#(deleted),"props":\#(props)}"#
    }

    private static func mark(_ id: Int, _ state: String = "pending") -> String {
        #"{"teleport":{"request_id":"req-\#(id)","state":"\#(state)"}}"#
    }

    private static func page(_ posts: [(id: Int, json: String)], alongside: [String] = []) -> [UInt8] {
        let order = posts.map { "\"post\($0.id)\"" }.joined(separator: ",")
        let all = (posts.map { "\"post\($0.id)\":\($0.json)" } + alongside).joined(separator: ",")
        return answer(#"{"order":[\#(order)],"posts":{\#(all)},"next_post_id":"","prev_post_id":""}"#)
    }

    private static func query(_ request: FaultyServer.Request, _ name: String) -> String? {
        URLComponents(string: request.path)?.queryItems?.first { $0.name == name }?.value
    }

    /// Returns the ids of a page of a channel with `count` posts, which is paged like Mattermost does. The newest post, which
    /// has the highest number, comes first.
    private static func ids(_ request: FaultyServer.Request, of count: Int) -> (size: Int, ids: [Int]) {
        let size = query(request, "per_page").flatMap { Int($0) } ?? 60
        let page = query(request, "page").flatMap { Int($0) } ?? 0
        let before = query(request, "before").flatMap { Int($0.dropFirst(4)) } ?? count + 1
        return (size, Array(stride(from: before - 1, to: 0, by: -1).dropFirst(page * size).prefix(size)))
    }

    private static func channelOf(_ count: Int) -> FaultyServer.React {
        { request in .send(page(ids(request, of: count).ids.map { ($0, post($0, props: mark($0))) })) }
    }

    /// Reads all pages, but at most `limit` of them.
    private func walk(
        atMost limit: Int = 100, _ react: @escaping FaultyServer.React
    ) async throws -> (pages: [CardPage], calls: [String]) {
        try await FaultyServer.run(react) { server in
            let client = try makeClient(server.url)
            var pages: [CardPage] = []
            repeat {
                pages.append(try await client.cards(in: channel, by: bot, from: pages.last?.next))
            } while pages.last?.next != nil && pages.count < limit
            let base = "/api/v4/channels/\(channel)/posts?per_page="
            return (pages, server.requests.map { $0.path.replacingOccurrences(of: base, with: "") })
        }
    }

    private func numbers(_ pages: [CardPage]) -> [[Int]] {
        pages.map { $0.cards.compactMap { Int($0.reference.postID.dropFirst(4)) } }
    }

    @Test("The recorded page has no cards of this plugin")
    func recorded() async throws {
        try await replaying("posts_in_channel") { server, client, exchange in
            let page = try await client.cards(in: channel, by: bot, from: nil)
            #expect(page.cards == [] && page.oldest == Timestamp(milliseconds: 1_795_212_356_425))
            #expect(server.requests.first?.path.prefix { $0 != "?" } == exchange.path.prefix { $0 != "?" })
        }
    }

    @Test("Pages overlap by the posts of the oldest millisecond")
    func pages() async throws {
        let (pages, calls) = try await walk(Self.channelOf(250))
        #expect(numbers(pages) == [Array((151...250).reversed()), Array((52...151).reversed()), Array((1...52).reversed())])
        let threads = "&skipFetchThreads=true"
        #expect(calls == ["100\(threads)", "100\(threads)&before=post152", "100\(threads)&before=post53"])
        #expect(pages.map(\.oldest) == [151, 52, 1].map(Timestamp.init(milliseconds:)))
    }

    @Test("A channel that ends early ends the walk", arguments: [0, 1, 99, 100, 101])
    func short(count: Int) async throws {
        let (pages, calls) = try await walk(Self.channelOf(count))
        #expect(Set(numbers(pages).joined()).count == count)
        #expect(calls.count == (count < 100 ? 1 : 2))
        #expect(pages.last?.next == nil)
    }

    @Test("A server that repeats its page is an error, not the end of the channel")
    func repeated() async throws {
        let same = Self.page((1...100).reversed().map { ($0, Self.post($0, props: Self.mark($0))) })
        let error = try await failure { () throws(MattermostError) in
            do { _ = try await walk { _ in .send(same) } } catch let error as MattermostError { throw error } catch {}
        }
        #expect(error.code == .malformed && !error.isDefinite)
    }

    @Test("A page that is too large is asked for in halves, and the pages after it grow again")
    func tooLarge() async throws {
        let heavy = 140...149
        let (pages, calls) = try await walk { request in
            let (size, ids) = Self.ids(request, of: 400)
            // At most three of the heavy posts fit into an answer.
            guard ids.count(where: heavy.contains) <= 3 else { return .sendAndClose(Self.announced(Self.tooMuch(size))) }
            return .send(Self.page(ids.map { ($0, Self.post($0, props: Self.mark($0))) }))
        }
        #expect(Set(numbers(pages).joined()) == Set(1...400))
        #expect(pages.allSatisfy { $0.skipped == 0 })
        let sizes = calls.compactMap { Int($0.prefix { $0.isNumber }) }
        let smallest = try #require(sizes.min())
        #expect(sizes.first == 100 && smallest <= 6 && sizes.last.map { $0 >= 8 * smallest } == true)
        #expect(calls.count < 40)
    }

    @Test("A post that is too large by itself is skipped and reported; all others are found")
    func skipped() async throws {
        let (pages, _) = try await walk { request in
            let (_, ids) = Self.ids(request, of: 120)
            guard !ids.contains(120), !ids.contains(60) else { return .sendAndClose(Self.announced(40 << 20)) }
            return .send(Self.page(ids.map { ($0, Self.post($0, props: Self.mark($0))) }))
        }
        #expect(Set(numbers(pages).joined()) == Set(1...120).subtracting([60, 120]))
        #expect(pages.map(\.skipped).reduce(0, +) == 2)
    }

    private static func tooMuch(_ size: Int) -> Int { size <= 2 ? 40 << 20 : 9 << 20 }

    /// The header of an answer with a body of that length.
    private static func announced(_ length: Int) -> [UInt8] {
        [UInt8]("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(length)\r\n\r\n{".utf8)
    }

    @Test("Another failure than size is thrown at once")
    func fails() async throws {
        try await FaultyServer.run { _ in
            .send(answer(#"{"id":"app.post.get_root_posts.app_error","message":"no"}"#, status: 500))
        } _: { server in
            let client = try makeClient(server.url)
            let error = try await failure { () throws(MattermostError) in
                try await client.cards(in: channel, by: bot, from: nil)
            }
            #expect(error.code == .status(500) && !error.isDefinite && error.reason == nil)
            #expect(server.requests.count == 1)
        }
    }

    @Test("Posts of others, deleted ones and unmarked ones are left out; any shape of a post is survived")
    func filters() async throws {
        let deep = String(repeating: "[", count: 3000) + String(repeating: "]", count: 3000)
        let odd = [
            "null", "7", "[]", "{}", #"{"id":"post18","channel_id":7,"user_id":"\#(bot)"}"#, #"{"id":"a b","user_id":"x"}"#,
            #"{"id":"post16","channel_id":"elsewhere","user_id":"\#(bot)","create_at":16,"props":\#(Self.mark(16))}"#,
        ]
        let posts = [
            Self.post(13, by: "somebody", props: #"{"x":\#(deep)}"#), Self.post(12, by: "somebody", props: #"{"x":1e999}"#),
            Self.post(11, by: "somebody", props: #""\ud800""#), Self.post(10, props: deep),
            Self.post(9, by: "somebody", props: Self.mark(9)), Self.post(8, deleted: 5, props: Self.mark(8)),
            Self.post(7, props: "{}"), Self.post(6, props: "null"), Self.post(5, props: #"{"teleport":"text"}"#),
            Self.post(4, props: #"{"teleport":{"request_id":7}}"#), Self.post(3, by: "somebody", props: "[1]"),
            Self.post(2, props: #"{"teleport":{"request_id":"a b"}}"#), Self.post(1, props: Self.mark(1, "approved")),
        ]
        let numbered = zip(stride(from: 20, to: 0, by: -1), odd + posts).map { (id: $0, json: $1) }
        let root = #""post99":\#(Self.post(99, props: Self.mark(99)))"#
        let (pages, _) = try await walk { _ in .send(Self.page(numbered, alongside: [root])) }
        let references = [2, 1].map { PostReference(channelID: channel, postID: "post\($0)") }
        #expect(
            pages == [
                CardPage(
                    cards: [
                        PostedCard(reference: references[0], requestID: nil, status: nil, created: .init(milliseconds: 2)),
                        PostedCard(
                            reference: references[1], requestID: RequestID("req-1"), status: "approved",
                            created: .init(milliseconds: 1)),
                    ], oldest: .init(milliseconds: 1))
            ])
    }

    @Test(
        "An answer that is no page of posts is malformed",
        arguments: ["{}", "[]", "", #"{"order":[],"posts":[]}"#, #"{"order":{},"posts":{}}"#])
    func noPage(body: String) async throws {
        try await FaultyServer.run { _ in
            .send(answer(body))
        } _: { server in
            let client = try makeClient(server.url)
            let error = try await failure { () throws(MattermostError) in
                try await client.cards(in: channel, by: bot, from: nil)
            }
            #expect(error.code == .malformed)
        }
    }

    @Test("A card tells its cluster, its time of creation and whether it has buttons; strange values of these are bounded")
    func shown() throws {
        func card(_ props: String, at created: String = "1795212356425") throws -> PostedCard {
            let json = #"{"id":"p","channel_id":"\#(channel)","user_id":"\#(bot)","create_at":\#(created),"props":\#(props)}"#
            return try #require(PostAnswer([UInt8](json.utf8))).shown
        }
        let full = try card(
            #"{"teleport":{"request_id":"r","state":"pending","cluster":"one"},"attachments":[7,{"actions":[{"id":"approve"}]}]}"#
        )
        #expect(full.cluster == "one" && full.hasButtons && full.created == .init(milliseconds: 1_795_212_356_425))
        for attachments in ["7", "[]", "[{}]", #"[{"actions":[]}]"#, #"[{"actions":7}]"#, "[[]]"] {
            #expect(try !card(#"{"attachments":\#(attachments)}"#).hasButtons)
        }
        #expect(try card(#"{"attachments":[{"actions":[7]}]}"#).hasButtons)
        for created in ["-1", "null", "true", "1e3", "99999999999999999999999", "9223372036854775807", #""x""#, "[]"] {
            #expect(try card("{}", at: created).created == nil)
        }
        let long = String(repeating: "é", count: 5000)
        let cut = try card(#"{"teleport":{"request_id":"\#(long)","state":"\#(long)","cluster":"\#(long)"}}"#)
        #expect(cut.requestID == nil && cut.status?.utf8.count == 256 && cut.cluster?.utf8.count == 256)
    }

    @Test("A card names its cluster in the post, where it has one")
    func sent() throws {
        var card = try makeCard()
        let props = { (card: Card) in try object(clickAnswer(update: card, ephemeral: ""))["update"] as? [String: Any] }
        #expect(try !isContained(["props": ["teleport": ["cluster": "one"]]], in: props(card)))
        card.cluster = "one"
        #expect(try isContained(["props": ["teleport": ["cluster": "one", "state": "pending"]]], in: props(card)))
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
            #expect(
                found
                    == PostedCard(
                        reference: one, requestID: RequestID("req-1"), status: "pending", created: .init(milliseconds: 1)))
            for id in ["post2", "post3", "../users/me", "a?b", ""] {
                #expect(try await client.post(PostReference(channelID: channel, postID: id)) == nil)
            }
            #expect(server.requests.count == 3)
        }
    }
}
