import Testing

@testable import Sandbox

@Suite("Rules of the sandbox's Mattermost")
struct MattermostStateTests {
    private var state: ChatState
    private let bot: ChatAccount
    private let channelID: String

    init() throws {
        state = .demo(now: 1_000)
        bot = try #require(state.bot)
        channelID = state.channels[0].id
    }

    private func body(_ props: JSON = [:], message: String = "", pendingID: String = "") -> JSON {
        [
            "channel_id": .string(channelID), "message": .string(message), "props": props,
            "pending_post_id": .string(pendingID),
        ]
    }

    @Test("A pending_post_id is good for 30 s")
    mutating func pendingLifetime() throws {
        let first = try state.createPost(body(pendingID: "k"), by: bot, now: 10_000)
        #expect(try state.createPost(body(pendingID: "k"), by: bot, now: 39_999).post.id == first.post.id)
        #expect(try state.createPost(body(pendingID: "k"), by: bot, now: 40_001).post.id != first.post.id)
    }

    @Test("Props over 8,000 characters and messages over 16,383 are refused")
    mutating func limits() throws {
        let filler = 8_000 - #"{"a":""}"#.count
        let fits = String(repeating: "é", count: filler)
        _ = try state.createPost(
            body(["a": .string(fits)], message: String(repeating: "é", count: 16_383)), by: people(0), now: 1)
        #expect(throws: AppError.propsTooLong) {
            try state.createPost(body(["a": .string(fits + "x")]), by: people(0), now: 1)
        }
        #expect(throws: AppError.messageTooLong) {
            try state.createPost(body(message: String(repeating: "é", count: 16_384)), by: bot, now: 1)
        }
    }

    @Test("A bot outside the channel can post there but neither edit nor list")
    mutating func membership() throws {
        state.channels[0].members.remove(bot.id)
        let post = try state.createPost(body(message: "a"), by: bot, now: 1).post
        let update: JSON = ["id": .string(post.id), "message": "b"]
        #expect(throws: AppError.forbidden) { try state.updatePost(post.id, update, by: bot.id, now: 2) }
        #expect(throws: AppError.forbidden) { try state.patchPost(post.id, update, by: bot.id, now: 2) }
        #expect(throws: AppError.forbidden) { try state.channel(channelID, readableBy: bot.id) }
        state.channels[0].members.remove(people(0).id)
        #expect(throws: AppError.forbidden) { try state.createPost(body(message: "a"), by: people(0), now: 1) }
    }

    @Test("from_bot is added on create, lost on an update that does not send it")
    mutating func fromBot() throws {
        let post = try state.createPost(body(), by: bot, now: 1).post
        #expect(post.props["from_bot"] == "true")
        let kept = try state.updatePost(post.id, ["id": .string(post.id), "props": ["from_bot": "true"]], by: bot.id, now: 2)
        #expect(kept.props["from_bot"] == "true")
        #expect(
            try state.updatePost(post.id, ["id": .string(post.id), "props": ["a": 1]], by: bot.id, now: 2).props == ["a": 1])
        #expect(try state.patchPost(post.id, ["message": "m"], by: bot.id, now: 2).props == ["a": 1])
    }

    @Test("Only a change of text or attachments is an edit")
    mutating func edits() throws {
        let post = try state.createPost(body(message: "m"), by: bot, now: 5_000).post
        let touched = try state.patchPost(post.id, ["props": ["a": 1]], by: bot.id, now: 6_000)
        #expect(touched.updateAt == 6_000 && touched.editAt == 0)
        #expect(try state.patchPost(post.id, ["message": "n"], by: bot.id, now: 7_000).editAt == 7_000)
    }

    @Test("A channel's posts come newest first, in pages, also before a post")
    mutating func pages() throws {
        let ids = try (0..<5).map { try state.createPost(body(message: "\($0)"), by: bot, now: Int64($0)).post.id }
        let channel = state.channels[0]
        func order(_ page: ChatState.Page) throws -> [String]? { try state.page(page, of: channel)["order"]?.texts }
        #expect(try order(.init()) == ids.reversed())
        #expect(try order(.init(size: 2, number: 1)) == [ids[2], ids[1]])
        #expect(try order(.init(size: 2, before: ids[3])) == [ids[2], ids[1]])
        #expect(try state.page(.init(size: 2, before: ids[3]), of: channel)["prev_post_id"]?.text == ids[0])
        #expect(try order(.init(size: 1_000, number: .max)) == [])
    }

    @Test("A hidden address is neither shown nor searchable")
    mutating func hiddenEmail() throws {
        state.showsEmail = false
        #expect(throws: AppError.emailHidden) { try state.account(email: "alice@example.com") }
        #expect(people(0).shape(own: false, showsEmail: state.showsEmail)["email"] == "")
        #expect(people(0).shape(own: true, showsEmail: state.showsEmail)["email"] == "alice@example.com")
    }

    @Test("A button without an id gets one; one that cannot be routed to is dead")
    mutating func actionIDs() throws {
        let action: JSON = ["name": "A", "integration": ["url": "http://localhost/"]]
        var dead = action
        dead["id"] = "a-b"
        let post = try state.createPost(body(["attachments": [["actions": [action, dead]]]]), by: bot, now: 1).post
        let made = post.shape()["props"]?["attachments"]?.elements?[0]["actions"]?.elements?[0]
        #expect(made?["integration"] == nil)
        let id = try #require(made?["id"]?.text)
        #expect(try state.click(id, on: post.id, by: people(0).id).url == "http://localhost/")
        #expect(throws: AppError.noSuchAction) { try state.click("a-b", on: post.id, by: people(0).id) }
    }

    private func people(_ index: Int) -> ChatAccount { state.accounts.filter { !$0.isBot }[index] }
}
