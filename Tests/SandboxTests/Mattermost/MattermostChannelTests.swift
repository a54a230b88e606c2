import Testing

@testable import Sandbox

/// The ids, statuses and messages are those of 5.37 (`app/post.go`, `app/channel.go`, `i18n/en.json`).
@Suite("Channels and permissions that an administrator takes away in the sandbox's Mattermost")
struct MattermostChannelTests {
    private static let byName = "/api/v4/teams/name/acme/channels/name/access-requests"

    /// Makes the bot's calls about the first channel and a post in it.
    private struct Bot {
        let caller: MattermostCaller
        let channel: ChatChannel
        let post: String

        init(_ server: SandboxMattermost) async throws {
            post = try server.postButton(calling: "http://127.0.0.1:1/")
            caller = try await MattermostCaller(server)
            channel = try server.world.read { state throws(AppError) in state.channels[0] }
        }

        func create(root: String = "") async throws -> MattermostCaller.Answer {
            try await caller.call(
                "POST", "/api/v4/posts",
                ["channel_id": .string(channel.id), "message": "m", "root_id": .string(root), "pending_post_id": "bot:1"])
        }

        func patch() async throws -> MattermostCaller.Answer {
            try await caller.call("PUT", "/api/v4/posts/\(post)/patch", ["message": "n"])
        }

        func update() async throws -> MattermostCaller.Answer {
            try await caller.call("PUT", "/api/v4/posts/\(post)", ["id": .string(post), "message": "n"])
        }

        func delete() async throws -> MattermostCaller.Answer { try await caller.call("DELETE", "/api/v4/posts/\(post)") }

        func posts() async throws -> MattermostCaller.Answer {
            try await caller.call("GET", "/api/v4/channels/\(channel.id)/posts")
        }

        func post() async throws -> MattermostCaller.Answer { try await caller.call("GET", "/api/v4/posts/\(post)") }

        func get(_ path: String) async throws -> MattermostCaller.Answer { try await caller.call("GET", path) }
    }

    @Test("In an archived channel nothing can be posted, edited or deleted, by 5.37's ids; unarchived, all can")
    func archived() async throws {
        try await SandboxMattermost.withRunning { server in
            let bot = try await Bot(server)
            try server.archive(channelNamed: "access-requests")
            try await expect(
                bot.create(), 400, "api.post.create_post.can_not_post_to_deleted.error", "Can not post to deleted channel.")
            try await expect(
                bot.create(root: bot.post), 400, "api.post.create_post.can_not_post_to_deleted.error",
                "Can not post to deleted channel.")
            try await expect(
                bot.patch(), 400, "api.post.patch_post.can_not_update_post_in_deleted.error",
                "Can not update a post in a deleted channel.")
            try await expect(
                bot.update(), 400, "api.post.update_post.can_not_update_post_in_deleted.error",
                "Can not update a post in a deleted channel.")
            try await expect(
                bot.delete(), 400, "api.post.delete_post.can_not_delete_post_in_deleted.error",
                "Can not delete a post in a deleted channel.")
            try server.unarchive(channelNamed: "access-requests")
            #expect(try await bot.create().status == 201)
            #expect(try await bot.create(root: bot.post).status == 201)
            #expect(try await bot.patch().status == 200)
            #expect(try await bot.update().status == 200)
            #expect(try await bot.delete().status == 200)
        }
    }

    @Test("An archived channel is found by name only if deleted ones are included; its posts and members are shown")
    func archivedReading() async throws {
        try await SandboxMattermost.withRunning { server in
            let bot = try await Bot(server)
            let teamID = try server.world.read { state throws(AppError) in state.team.id }
            let mine = "/api/v4/users/me/teams/\(teamID)/channels"
            #expect(try await bot.get(mine).json.elements?.count == 1)
            try server.archive(channelNamed: "access-requests")
            try await expect(
                bot.get(Self.byName), 404, "app.channel.get_by_name.missing.app_error", "Channel does not exist.")
            #expect(try await bot.get(Self.byName + "?include_deleted=true").json["delete_at"]?.int ?? 0 > 0)
            try await expect(bot.get(mine), 404, "app.channel.get_channels.not_found.app_error", "No channels were found.")
            #expect(try await bot.get(mine + "?include_deleted=true").json.elements?.count == 1)
            #expect(try await bot.posts().json["order"]?.texts == [bot.post])
            #expect(try await bot.post().status == 200)
            #expect(try await bot.get("/api/v4/channels/\(bot.channel.id)/members/\(bot.channel.creatorID)").status == 200)
        }
    }

    @Test("Newer servers can hide the posts of archived channels")
    func archivedHidden() async throws {
        try await SandboxMattermost.withRunning { server in
            let bot = try await Bot(server)
            try server.world.change { state, _ throws(AppError) in state.hidesArchivedPosts = true }
            #expect(try await bot.posts().status == 200)
            try server.archive(channelNamed: "access-requests")
            try await expect(
                bot.posts(), 403, "api.user.view_archived_channels.get_posts_for_channel.app_error",
                "Can not retrieve posts for an archived channel")
            try await expect(bot.post(), 403, Self.forbidden.id, Self.forbidden.message)
        }
    }

    @Test("A click in an archived channel calls the plugin, whose update is then refused")
    func archivedClick() async throws {
        let answer = RecordingPlugin.http(#"{"update": {"message": "after"}}"#)
        try await RecordingPlugin.run(answer: answer) { plugin in
            try await SandboxMattermost.withRunning { server in
                let post = try server.postButton(calling: "http://127.0.0.1:\(plugin.port)/")
                try server.archive(channelNamed: "access-requests")
                try await expect(
                    server.click(post), 400, "api.post.update_post.can_not_update_post_in_deleted.error",
                    "Can not update a post in a deleted channel.")
                #expect(server.post(post)?.message == "before" && !plugin.bytes.isEmpty)
            }
        }
    }

    @Test("Nothing is left of a channel that was deleted permanently")
    func removed() async throws {
        try await SandboxMattermost.withRunning { server in
            let bot = try await Bot(server)
            try server.remove(channelNamed: "access-requests")
            for answer in [try await bot.create(), try await bot.patch(), try await bot.posts(), try await bot.delete()] {
                expect(answer, 403, Self.forbidden.id, Self.forbidden.message)
            }
            try await expect(bot.post(), 404, "app.post.get.app_error", "Unable to get the post.")
            try await expect(
                bot.get(Self.byName), 404, "app.channel.get_by_name.missing.app_error", "Channel does not exist.")
            #expect(try server.world.read { state throws(AppError) in state.posts.isEmpty })
        }
    }

    @Test(
        "A bot that was put out of the channel can post there, but neither read nor edit nor delete, until it is let in again")
    func left() async throws {
        try await SandboxMattermost.withRunning { server in
            let bot = try await Bot(server)
            try server.leave(ChatState.botName, channelNamed: "access-requests")
            #expect(try await bot.create().status == 201)
            for answer in [try await bot.patch(), try await bot.update(), try await bot.delete(), try await bot.posts()] {
                expect(answer, 403, Self.forbidden.id, Self.forbidden.message)
            }
            try server.join(ChatState.botName, channelNamed: "access-requests")
            #expect(try await bot.patch().status == 200)
        }
    }

    @Test(
        "Members who may not edit or delete their posts are refused as by any missing permission", arguments: ChatRight.allCases
    )
    func withheld(right: ChatRight) async throws {
        try await SandboxMattermost.withRunning { server in
            let bot = try await Bot(server)
            server.withhold([right])
            let (edit, deletion) = (try await bot.patch(), try await bot.delete())
            #expect(try await bot.create().status == 201)
            expect(right == .editOwnPosts ? edit : deletion, 403, Self.forbidden.id, Self.forbidden.message)
            #expect((right == .editOwnPosts ? deletion : edit).status == 200)
            server.withhold([])
            if right == .deleteOwnPosts { #expect(try await bot.delete().status == 200) }
        }
    }

    @Test("A revoked token is good for nothing until it is given back")
    func revoked() async throws {
        try await SandboxMattermost.withRunning { server in
            let bot = try await Bot(server)
            let tokens = try server.revokeTokens(of: ChatState.botName)
            try await expect(
                bot.patch(), 401, "api.context.session_expired.app_error", "Invalid or expired session, please login again.")
            server.restore(tokens)
            #expect(try await bot.patch().status == 200)
        }
    }

    @Test("A repeated pending_post_id whose post was deleted is refused; a root that does not fit is too")
    func refusedPosts() async throws {
        try await SandboxMattermost.withRunning { server in
            let bot = try await Bot(server)
            let made = try await bot.create().json["id"]?.text ?? ""
            _ = try await bot.caller.call("DELETE", "/api/v4/posts/\(made)")
            try await expect(
                bot.create(), 500, "api.post.deduplicate_create_post.failed_to_get",
                "Failed to fetch original post after deduplicating a client repeating the same request.")
            try server.world.change { state, _ throws(AppError) in state.forgetPendingPosts() }
            try await expect(
                bot.create(root: made), 400, "api.post.create_post.root_id.app_error", "Invalid RootId parameter.")
        }
    }

    private static let forbidden = AppError.forbidden
}

/// Compares the body of an error, except for the request id.
func expect(
    _ answer: MattermostCaller.Answer, _ status: Int, _ id: String, _ message: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(answer.status == status, sourceLocation: sourceLocation)
    let body: JSON = [
        "id": .string(id), "message": .string(message), "detailed_error": "",
        "request_id": .string(answer.headers["x-request-id"] ?? ""), "status_code": .integer(Int64(status)),
    ]
    #expect(answer.text == body.goText, sourceLocation: sourceLocation)
}
