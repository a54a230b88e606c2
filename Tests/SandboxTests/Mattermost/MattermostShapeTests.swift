import TestSupport
import Testing

@testable import Sandbox

@Suite("Shapes of the sandbox's Mattermost, byte for byte as recorded")
struct MattermostShapeTests {
    @Test("Accounts, own and others'")
    func accounts() throws {
        let state = try ChatState.recorded()
        #expect(try state.teleport.shape(own: true, showsEmail: true).goText == RecordedExchange("users_me").wireBody)
        for name in ["user_by_id", "user_by_email"] {
            #expect(try state.alice.shape(own: false, showsEmail: true).goText == RecordedExchange(name).wireBody)
        }
        let bob = try state.account(named: "bob").shape(own: false, showsEmail: true)
        #expect(try bob.goText == RecordedExchange("user_by_username").wireBody)
        let both = try JSON.array([state.alice, state.teleport].map { $0.shape(own: false, showsEmail: true) })
        #expect(try both.goText == RecordedExchange("users_by_ids").wireBody)
        #expect(try state.alice.etag == RecordedExchange("user_by_id").headers["Etag"]?.text)
    }

    @Test("Team, channel and membership")
    func teamAndChannel() throws {
        let state = try ChatState.recorded()
        let recorded = try RecordedExchange("channel_by_team_and_name")
        #expect(try state.team.shape.goText == RecordedExchange("team_by_name").wireBody)
        let channel = try state.channel(named: "channel-name")
        let shape = channel.shape(teamID: state.team.id, postCount: 9, lastPostAt: recorded.int("last_post_at"))
        #expect(shape.goText == recorded.wireBody)
        let member = try RecordedExchange("channel_member")
        var joined = channel
        joined.createAt = member.int("last_update_at")
        #expect(try joined.memberShape(state.alice.id).goText == member.wireBody)
    }

    @Test("A direct channel")
    func directChannel() throws {
        var state = try ChatState.recorded()
        let recorded = try RecordedExchange("direct_channel_create")
        let ids = try #require(recorded.requestBody.texts)
        var channel = try state.directChannel(ids, by: ids[0], now: recorded.int("create_at"))
        #expect(try state.directChannel(ids.reversed(), by: ids[1], now: 1).id == channel.id)
        channel.id = recorded.text("id")
        #expect(state.shape(of: channel).goText == recorded.wireBody)
    }

    @Test("A post when created, repeated, read, replied to, updated, patched and listed")
    func posts() throws {
        var state = try ChatState.recorded()
        let create = try RecordedExchange("post_create")
        let id = create.text("id")
        let pending = create.text("pending_post_id")
        #expect(try state.create("post_create").post.shape(pendingID: pending).goText == create.wireBody)
        let again = try state.create("post_create_same_pending_id")
        #expect(again.isRepeat)
        #expect(try again.post.shape(hasMetadata: false).goText == RecordedExchange("post_create_same_pending_id").wireBody)
        let bot = try state.teleport.id
        let get = try RecordedExchange("post_get")
        #expect(try state.post(id, readableBy: bot).shape().goText == get.wireBody)
        #expect(try state.post(id, readableBy: bot).etag == get.headers["Etag"]?.text)
        let patch = try RecordedExchange("post_patch")
        #expect(
            try state.patchPost(id, patch.requestBody, by: bot, now: patch.int("edit_at")).shape().goText == patch.wireBody)
        let update = try RecordedExchange("post_update")
        #expect(
            try state.updatePost(id, update.requestBody, by: bot, now: update.int("edit_at")).shape().goText == update.wireBody)
        let reply = try state.create("post_reply")
        #expect(try reply.post.shape(replyCount: reply.replyCount).goText == RecordedExchange("post_reply").wireBody)
        let list = try RecordedExchange("posts_in_channel")
        let channel = try state.channel(named: "channel-name")
        var page = try state.page(.init(size: 2), of: channel)
        #expect(page["prev_post_id"] == "")
        page["prev_post_id"] = list.body["prev_post_id"]
        #expect(page.goText == list.wireBody)
        #expect(state.etag(of: channel) == list.headers["Etag"]?.text)
    }

    @Test("A post with buttons, as the click was made on")
    func clickSource() throws {
        var state = try ChatState.recorded()
        #expect(try state.create("post_click_source").post.shape().goText == RecordedExchange("post_click_source").wireBody)
    }

    @Test(
        "Error answers",
        arguments: [
            ("users_me_bad_token", AppError.sessionExpired), ("user_by_id_missing", .noSuchUser),
            ("user_by_email_missing", .noSuchUser), ("team_by_name_missing", .noSuchTeam),
            ("channel_by_team_and_name_missing", .noSuchChannel), ("post_create_bad_channel", .forbidden),
            ("post_create_too_long", .messageTooLong), ("post_update_missing", .forbidden), ("post_ephemeral", .forbidden),
        ])
    func errors(name: String, error: AppError) throws {
        let recorded = try RecordedExchange(name)
        #expect(error.status == recorded.status)
        #expect(error.body(requestID: recorded.text("request_id")).goText == recorded.wireBody)
    }

    @Test("Text is escaped as Go does")
    func escaping() {
        let value: JSON = ["b": "<a href=\"x\">&\u{2028}\u{1}\n\t\\é😀", "a": [nil, true, -7]]
        #expect(
            value.goText
                == #"{"b":"\u003ca href=\"x\"\u003e\u0026\u2028\u0001\n\t\\é😀","a":[null,true,-7]}"#)
        #expect(JSON(bytes: value.goEncoded) == value.sortedByName)
        #expect(JSON(bytes: Array("{\"a\":".utf8)) == nil)
    }

    @Test("Ids are 26 characters of the server's alphabet and differ")
    func identifiers() {
        let ids = (0..<100).map { _ in Identifier.make() }
        #expect(Set(ids).count == 100)
        #expect(ids.allSatisfy { Identifier.isValid($0) && $0.allSatisfy("ybndrfg8ejkmcpqxot1uwisza345h769".contains) })
        #expect(!Identifier.isValid("aaaaaaaaaaaaaaaaaaaaaaaaa-"))
    }
}
