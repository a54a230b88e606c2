import Access
import Testing

@testable import Mattermost

enum ChatCall: String, CaseIterable, Sendable {
    case create, reply, update, delete, post, replies, cards
}

struct RefusalCase: Sendable, CustomTestStringConvertible {
    var call: ChatCall
    var status: Int
    var id: String
    var code: MattermostError.Code
    var reason: MattermostError.Reason?
    var isDefinite = true

    init(
        _ call: ChatCall, _ status: Int, _ id: String, _ code: MattermostError.Code, _ reason: MattermostError.Reason?,
        isDefinite: Bool = true
    ) {
        (self.call, self.status, self.id, self.code) = (call, status, id, code)
        (self.reason, self.isDefinite) = (reason, isDefinite)
    }

    var testDescription: String { "\(call.rawValue) \(status) \(id)" }
}

/// A refused call, the answers to the calls that look for the cause, and the cause that they should show.
struct RefusalLook: Sendable {
    var call: ChatCall
    /// The answers to GET requests, by the end of the path.
    var found: [String: [UInt8]]
    var reason: MattermostError.Reason?
}

@Suite("Why Mattermost refused", .timeLimit(.minutes(1))) struct RefusalTests {
    private func perform(_ call: ChatCall, _ client: MattermostClient) async throws(MattermostError) {
        guard let card = try? makeCard(), let id = RequestID("r") else { return }
        switch call {
        case .create: _ = try await client.createPost(card, in: channel, pendingPostID: "\(bot):1")
        case .reply:
            try await client.reply(ThreadReply(requestID: id, name: "n", text: "t"), to: reference, pendingPostID: "\(bot):1")
        case .update: try await client.updatePost(reference, to: card)
        case .delete: try await client.deletePost(reference)
        case .post: _ = try await client.post(reference)
        case .replies: _ = try await client.replies(to: reference, by: bot)
        case .cards: _ = try await client.cards(in: channel, by: bot, from: nil)
        }
    }

    private static let permissions = "api.context.permissions.app_error"

    private static func refusal(_ id: String, _ status: Int) -> [UInt8] {
        answer(#"{"id":"\#(id)","message":"Words that mean nothing.","status_code":\#(status)}"#, status: status)
    }

    static let cases: [RefusalCase] = [
        RefusalCase(.create, 400, "api.post.create_post.can_not_post_to_deleted.error", .status(400), .channelArchived),
        RefusalCase(.reply, 400, "api.post.create_post.can_not_post_to_deleted.error", .status(400), .channelArchived),
        RefusalCase(.update, 400, "api.post.patch_post.can_not_update_post_in_deleted.error", .status(400), .channelArchived),
        RefusalCase(.update, 400, "api.post.update_post.can_not_update_post_in_deleted.error", .status(400), .channelArchived),
        RefusalCase(.delete, 400, "api.post.delete_post.can_not_delete_post_in_deleted.error", .status(400), .channelArchived),
        RefusalCase(
            .cards, 403, "api.user.view_archived_channels.get_posts_for_channel.app_error", .forbidden, .channelArchived),
        RefusalCase(.create, 400, "api.context.invalid_param.app_error", .status(400), .channelMissing),
        RefusalCase(.cards, 400, "api.context.invalid_param.app_error", .status(400), nil),
        RefusalCase(.post, 404, "app.channel.get.existing.app_error", .notFound, .channelMissing),
        RefusalCase(.replies, 404, "app.channel.get.existing.app_error", .notFound, .channelMissing),
        RefusalCase(.update, 404, "app.channel.get.existing.app_error", .notFound, .channelMissing),
        RefusalCase(.create, 403, permissions, .forbidden, .notMember),
        RefusalCase(.reply, 403, permissions, .forbidden, .notMember),
        RefusalCase(.update, 403, permissions, .forbidden, .notMember),
        RefusalCase(.delete, 403, permissions, .forbidden, .notMember),
        RefusalCase(.post, 403, permissions, .forbidden, .notMember),
        RefusalCase(.replies, 403, permissions, .forbidden, .notMember),
        RefusalCase(.cards, 403, permissions, .forbidden, .notMember),
        RefusalCase(.create, 403, "api.post.create_post.town_square_read_only", .forbidden, .notMember),
        RefusalCase(.create, 400, "api.post.create_post.can_not_post_in_restricted_dm.error", .status(400), .notMember),
        RefusalCase(.update, 400, "api.post.update_post.permissions_time_limit.app_error", .status(400), .editRefused),
        RefusalCase(.update, 400, "api.post.update_post.permissions_details.app_error", .status(400), .postMissing),
        RefusalCase(.update, 400, "api.post.update_post.find.app_error", .status(400), .postMissing),
        RefusalCase(.update, 404, "app.post.get.app_error", .notFound, .postMissing),
        RefusalCase(.reply, 400, "api.post.create_post.root_id.app_error", .status(400), .postMissing),
        RefusalCase(.reply, 400, "api.post.create_post.channel_root_id.app_error", .status(400), .postMissing),
        RefusalCase(.create, 400, "model.post.is_valid.msg.app_error", .status(400), .textTooLong),
        RefusalCase(.create, 400, "model.post.is_valid.message_length.app_error", .status(400), .textTooLong),
        RefusalCase(.update, 400, "model.post.is_valid.props.app_error", .status(400), .textTooLong),
        RefusalCase(.create, 500, "api.post.deduplicate_create_post.pending", .status(500), nil, isDefinite: false),
        RefusalCase(.post, 500, "app.post.get.app_error", .status(500), nil, isDefinite: false),
        RefusalCase(.create, 408, "x", .status(408), nil, isDefinite: false), RefusalCase(.create, 400, "x", .status(400), nil),
        RefusalCase(.post, 404, "api.context.404.app_error", .notFound, nil), RefusalCase(.cards, 401, "x", .unauthorized, nil),
        RefusalCase(.create, 429, "x", .rateLimited(retryAfter: 1), nil, isDefinite: false),
    ]

    @Test("An error's id gives its reason and the mend, whatever its words", arguments: cases)
    func table(_ expected: RefusalCase) async throws {
        try await FaultyServer.run { _ in
            .send(Self.refusal(expected.id, expected.status))
        } _: { server in
            let client = try makeClient(server.url)
            let error = try await failure { () throws(MattermostError) in try await perform(expected.call, client) }
            #expect(error.code == expected.code && error.reason == expected.reason)
            #expect(error.isDefinite == expected.isDefinite)
            #expect(error.reason == nil || error.mend != nil)
            #expect(error.mend.map { error.message.hasSuffix(" \($0)") } ?? true)
        }
    }

    @Test("What is not Mattermost's own error proves nothing, not even that a post is gone", arguments: ChatCall.allCases)
    func proxy(call: ChatCall) async throws {
        for status in [400, 403, 404] {
            try await FaultyServer.run { _ in
                .send(answer("<html>", status: status, type: "text/html"))
            } _: { server in
                let client = try makeClient(server.url)
                let error = try await failure { () throws(MattermostError) in try await perform(call, client) }
                #expect(!error.isDefinite && error.reason == nil)
            }
        }
    }

    @Test("A post that is gone is nil to read, and no error to delete")
    func gone() async throws {
        for (status, id) in [
            (404, "app.post.get.app_error"), (400, "app.post.get.app_error"), (404, "app.post.delete.app_error"),
        ] {
            try await FaultyServer.run { _ in
                .send(Self.refusal(id, status))
            } _: { server in
                let client = try makeClient(server.url)
                try await client.deletePost(reference)
                #expect(try await client.post(reference) == nil)
                #expect(try await client.replies(to: reference, by: bot) == nil)
            }
        }
    }

    private static let own = answer(#"{"id":"\#(reference.postID)","channel_id":"\#(channel)","user_id":"\#(bot)"}"#)
    private static let member = answer(#"{"channel_id":"\#(channel)","user_id":"\#(bot)"}"#)
    private static let noMember = refusal("app.channel.get_member.missing.app_error", 404)

    private static func known(deleted: Int) -> [UInt8] {
        answer(#"{"id":"\#(channel)","name":"c","delete_at":\#(deleted)}"#)
    }

    static let looks: [RefusalLook] = [
        RefusalLook(call: .create, found: [channel: known(deleted: 0)], reason: .notMember),
        RefusalLook(call: .create, found: [channel: known(deleted: 5)], reason: .channelArchived),
        RefusalLook(
            call: .cards, found: [channel: refusal("app.channel.get.existing.app_error", 404)],
            reason: .channelMissing),
        RefusalLook(call: .cards, found: [channel: refusal("api.context.404.app_error", 404)], reason: .notMember),
        RefusalLook(call: .update, found: [reference.postID: refusal("app.post.get.app_error", 404)], reason: .postMissing),
        RefusalLook(call: .update, found: [reference.postID: own, bot: member], reason: .editRefused),
        RefusalLook(call: .update, found: [reference.postID: own, bot: noMember], reason: .notMember),
        RefusalLook(call: .update, found: [reference.postID: own], reason: .notMember),
        RefusalLook(call: .delete, found: [reference.postID: own, bot: member], reason: .editRefused),
        RefusalLook(call: .delete, found: [reference.postID: own, bot: noMember], reason: .notMember),
        RefusalLook(
            call: .delete, found: [reference.postID: refusal("app.channel.get.existing.app_error", 404)],
            reason: .channelMissing),
    ]

    @Test("A refusal by permission is investigated, because the server answers the same for several causes", arguments: looks)
    func lookedInto(_ look: RefusalLook) async throws {
        try await FaultyServer.run { request in
            let end = String(request.path.split(separator: "/").last ?? "")
            let found = request.method == "GET" ? look.found[end] : nil
            return .send(found ?? Self.refusal(Self.permissions, 403))
        } _: { server in
            let client = try makeClient(server.url)
            let error = try await failure { () throws(MattermostError) in try await perform(look.call, client) }
            #expect(error.reason == look.reason && error.code == .forbidden && error.isDefinite)
            #expect(server.requests.count <= 3)
        }
    }

    @Test("A 400 that calls a post missing is not believed if the post can be read")
    func notMissing() async throws {
        for (call, id) in [(ChatCall.delete, "app.post.get.app_error"), (.reply, "api.post.create_post.root_id.app_error")] {
            for found in [Self.own, Self.refusal("x", 500)] {
                try await FaultyServer.run { request in
                    .send(request.method == "GET" ? found : Self.refusal(id, 400))
                } _: { server in
                    let client = try makeClient(server.url)
                    let error = try await failure { () throws(MattermostError) in try await perform(call, client) }
                    #expect(error.reason == nil && error.code == .status(400) && error.isDefinite)
                }
            }
        }
    }

    @Test("A thread that is too large is reported as such")
    func tooLarge() async throws {
        try await FaultyServer.run { _ in
            .sendAndClose([UInt8]("HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n{".utf8))
        } _: { server in
            let client = try makeClient(server.url)
            let error = try await failure { () throws(MattermostError) in try await client.replies(to: reference, by: bot) }
            #expect(error.reason == .tooLarge && !error.isDefinite)
        }
    }
}
