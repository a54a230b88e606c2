import Testing

@testable import Sandbox

/// The server selects pages only by `CreateAt`, as in `store/sqlstore/post_store.go` of 5.37.
@Suite("Pages of the sandbox's Mattermost")
struct MattermostPageTests {
    private var state = ChatState.demo(now: 1_000)
    private let bot: ChatAccount

    init() throws { bot = try #require(state.bot) }

    private var channel: ChatChannel { state.channels[0] }

    private mutating func post(at now: Int64, root: String = "") throws -> String {
        try state.createPost(
            ["channel_id": .string(channel.id), "message": "m", "root_id": .string(root)], by: bot, now: now
        ).post.id
    }

    private func order(_ page: ChatState.Page) throws -> [String] { try state.page(page, of: channel)["order"]?.texts ?? [] }

    @Test("Posts of one millisecond have the same time; with this switched off, each is later than the one before")
    mutating func shared() throws {
        for _ in 0..<3 { _ = try post(at: 5) }
        #expect(state.posts.map(\.createAt) == [5, 5, 5])
        state.sharesMilliseconds = false
        for _ in 0..<3 { _ = try post(at: 5_000) }
        #expect(state.posts.suffix(3).map(\.createAt) == [5_000, 5_001, 5_002])
    }

    @Test("before= and after= leave out the posts that share the given one's millisecond; page= does not")
    mutating func ties() throws {
        let early = try post(at: 10)
        let same = try (0..<4).map { _ in try post(at: 20) }
        let late = try post(at: 30)
        let all = try order(.init())
        #expect(all.first == late && all.last == early && Set(all) == Set(same + [early, late]))
        #expect(try order(.init(size: 3)) == Array(all[0..<3]))
        #expect(try order(.init(size: 3, number: 1)) == Array(all[3..<6]))
        for id in same {
            #expect(try order(.init(before: id)) == [early])
            #expect(try order(.init(after: id)) == [late])
        }
        #expect(try order(.init(before: Identifier.make())).isEmpty)
    }

    @Test("The neighbours of a page are of another millisecond too, and none is named at a short page's end")
    mutating func neighbours() throws {
        let early = try post(at: 10)
        for _ in 0..<4 { _ = try post(at: 20) }
        let late = try post(at: 30)
        let page = try state.page(.init(size: 3), of: channel)
        #expect(page["prev_post_id"]?.text == early && page["next_post_id"] == "")
        let before = try state.page(.init(size: 2, before: late), of: channel)
        #expect(before["next_post_id"]?.text == late && before["prev_post_id"]?.text == early)
        let short = try state.page(.init(size: 9, before: late), of: channel)
        #expect(short["prev_post_id"] == "" && short["order"]?.elements?.count == 5)
    }

    @Test("Posts of the same millisecond are ordered by id, and stay in order when one is edited")
    mutating func tieOrder() throws {
        let ids = try (0..<6).map { _ in try post(at: 20) }
        #expect(try order(.init()) == ids.sorted(by: >))
        _ = try state.patchPost(ids[0], ["message": "n"], by: bot.id, now: 40)
        #expect(try order(.init()) == ids.sorted(by: >))
    }

    @Test("A page has at most 200 posts, 60 by default, and none if none are asked for")
    mutating func sizes() throws {
        for index in 0..<210 { _ = try post(at: Int64(index)) }
        #expect(try order(.init()).count == 60)
        #expect(try order(.init(size: 500)).count == 200)
        #expect(try order(.init(size: -1)).count == 60)
        #expect(try order(.init(size: 0)).isEmpty)
        #expect(try order(.init(size: 200, number: 1)).count == 10)
    }

    @Test("since= selects posts that changed later, including deleted ones, in the order of creation")
    mutating func since() throws {
        let ids = try (1...4).map { try post(at: Int64($0)) }
        _ = try state.patchPost(ids[0], ["message": "n"], by: bot.id, now: 50)
        try state.deletePost(ids[2], by: bot.id, now: 60)
        let page = try state.page(.init(since: 40), of: channel)
        #expect(page["order"]?.texts == [ids[2], ids[0]])
        #expect(page["posts"]?[ids[2]]?["delete_at"] == 60)
        #expect(page["next_post_id"] == "" && page["prev_post_id"] == "")
        #expect(try order(.init()) == [ids[3], ids[1], ids[0]])
        #expect(try order(.init(since: 50)) == [ids[2]])
    }

    @Test("The threads of listed replies come along without being listed")
    mutating func threads() throws {
        let root = try post(at: 10)
        let first = try post(at: 20, root: root)
        let last = try post(at: 30, root: root)
        let page = try state.page(.init(size: 1), of: channel)
        #expect(page["order"]?.texts == [last])
        #expect(Set(page["posts"]?.members?.map(\.name) ?? []) == [root, first, last])
        let plain = try state.page(.init(size: 1, number: 2), of: channel)
        #expect(plain["posts"]?.members?.map(\.name) == [root])
        let before = try state.page(.init(size: 1, before: first), of: channel)
        #expect(Set(before["posts"]?.members?.map(\.name) ?? []) == [root, first, last])
    }

    @Test("A second change within its millisecond leaves the listing's Etag as it was; a deletion changes it")
    mutating func etag() throws {
        let id = try post(at: 10)
        let etag = state.etag(of: channel)
        _ = try post(at: 10)
        #expect(state.etag(of: channel) == etag)
        try state.deletePost(id, by: bot.id, now: 11)
        #expect(state.etag(of: channel) == "5.37.0.11")
    }

    @Test("A replica that lags shows posts, edits and deletions later; calls that write need not wait for it")
    mutating func replica() throws {
        state.replicaLag = 1_000
        let first = try post(at: 10_000)
        let second = try post(at: 11_500)
        _ = try state.patchPost(first, ["message": "n"], by: bot.id, now: 11_600)
        func seen(_ now: Int64) throws -> [String] { try state.page(.init(), of: channel, at: now)["order"]?.texts ?? [] }
        #expect(try seen(10_900).isEmpty)
        #expect(try seen(12_400) == [first] && state.post(first, readableBy: bot.id, at: 12_400).message == "m")
        #expect(state.etag(of: channel, at: 12_400) == "5.37.0.10000")
        #expect(throws: AppError.noSuchPost) { try state.post(second, readableBy: bot.id, at: 12_400) }
        #expect(try seen(12_500) == [second, first] && state.post(first, readableBy: bot.id, at: 12_600).message == "n")
        try state.deletePost(second, by: bot.id, now: 13_000)
        #expect(try seen(13_900) == [second, first] && seen(14_000) == [first])
    }

    @Test("Where writing calls read the replica as well, a post that it has not seen is not edited, and an old one patched")
    mutating func staleWrites() throws {
        (state.replicaLag, state.writesReadReplica) = (1_000, true)
        let id = try post(at: 10_000)
        #expect(throws: AppError.forbidden) { try state.patchPost(id, ["message": "n"], by: bot.id, now: 10_500) }
        _ = try state.patchPost(id, ["message": "n"], by: bot.id, now: 11_000)
        #expect(try state.patchPost(id, ["props": ["a": 1]], by: bot.id, now: 11_500).message == "m")
    }

    @Test("Ten thousand posts are made, edited and listed in a few seconds", .timeLimit(.minutes(1)))
    mutating func many() throws {
        let ids = try (0..<10_000).map { try post(at: Int64($0) / 3) }
        for id in ids { _ = try state.patchPost(id, ["message": "n"], by: bot.id, now: 20_000) }
        let pages = try (0..<50).flatMap { try order(.init(size: 200, number: $0)) }
        #expect(Set(pages).count == 10_000)
    }
}
