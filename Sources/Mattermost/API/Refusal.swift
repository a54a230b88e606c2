internal import Access

/// The meaning of a 4xx answer, recognized by the `id` of Mattermost's error. The messages cannot be used, because they are
/// translated and change; the ids do not.
///
/// The ids are from `app/post.go`, `app/channel.go`, `api4/post.go` and `model/post.go` from version 5.20 to 11.
struct Refusal {
    let reason: MattermostError.Reason
    let mend: String

    fileprivate static let archived = """
        The channel is archived: unarchive it (in the channel's menu, Unarchive Channel), or name another recipient.
        """
    fileprivate static let missing = "The channel was removed: name another recipient."
    fileprivate static let edit = """
        The server does not let the bot edit or delete its own posts: allow Edit Own Posts and Delete Own Posts \
        for All Members (System Console, Permissions), or mmctl permissions add channel_user edit_post delete_post.
        """
    private static let timeLimit = """
        Posts may be edited for some time alone: set Edit Own Posts to Any time (System Console, Permissions; PostEditTimeLimit).
        """
    fileprivate static let gone = "The post was deleted, so there is nothing to be done for it."
    private static let long = "The post is too long for the server: shorten what [messages] adds to it."
    private static let townSquare = "Town Square is read-only: name another recipient."
    private static let restricted =
        "The server restricts direct messages to members of one team: put the bot into the person's team."

    /// Nil when the id says no more than the status does.
    init?(_ id: String, status: Int, of request: APIRequest, bot: String?) {
        guard (400...499).contains(status), let (reason, mend) = Self.meaning(of: id, request, bot) else { return nil }
        (self.reason, self.mend) = (reason, mend)
    }

    private static func meaning(
        of id: String, _ request: APIRequest, _ bot: String?
    ) -> (MattermostError.Reason, String)? {
        switch id {
        case "api.post.create_post.can_not_post_to_deleted.error",
            "api.post.patch_post.can_not_update_post_in_deleted.error",
            "api.post.update_post.can_not_update_post_in_deleted.error",
            "api.post.delete_post.can_not_delete_post_in_deleted.error":
            (.channelArchived, archived)
        case _ where id.hasPrefix("api.user.view_archived_channels."):
            (.channelArchived, archived)
        case "app.channel.get.existing.app_error", "store.sql_channel.get.existing.app_error":
            (.channelMissing, missing)
        case "api.context.invalid_param.app_error" where request.isNewPost:
            // The server gives this id for an unknown channel and for a system post. The plugin never sends system posts.
            (.channelMissing, missing)
        case "api.context.permissions.app_error" where request.isAboutChannel:
            (.notMember, membership(bot))
        case "api.post.create_post.town_square_read_only":
            (.notMember, townSquare)
        case _ where id.hasPrefix("api.post.") && id.hasSuffix("restricted_dm.error"):
            (.notMember, restricted)
        case "api.post.update_post.permissions_time_limit.app_error":
            (.editRefused, timeLimit)
        case "api.post.update_post.permissions_denied.app_error":
            (.editRefused, edit)
        case "app.post.get.app_error", "store.sql_post.get.app_error", "store.sql_post.get_single.app_error",
            "app.post.delete.app_error", "api.post.update_post.find.app_error",
            "api.post.update_post.permissions_details.app_error", "api.post.create_post.root_id.app_error",
            "api.post.create_post.channel_root_id.app_error":
            (.postMissing, gone)
        case "model.post.is_valid.msg.app_error", "model.post.is_valid.message_length.app_error",
            "model.post.is_valid.props.app_error":
            (.textTooLong, long)
        default: nil
        }
    }

    static func membership(_ bot: String?) -> String {
        "The bot must be a member of the channel: /invite @\(bot ?? "<bot>"); and it needs the permission post:all."
    }
}

// MARK: - Causes that need a second call

extension MattermostClient {
    /// Finds out by a second call why access to a channel was refused. The first answer is the same for a removed channel and
    /// for a private channel that the bot is not in (`SessionHasPermissionToChannel` in Mattermost's `app/authorization.go`).
    func explained(_ error: MattermostError, _ channelID: String) async -> MattermostError {
        guard error.reason == .notMember, error.code == .forbidden else { return error }
        do {
            let request = APIRequest(.get, "/channels/\(channelID)", reading: .channel)
            let channel = try await send(request, expecting: ChannelAnswer.self)
            return channel.isArchived ? error.because(.channelArchived, Refusal.archived) : error
        } catch let other {
            return other.reason == .channelMissing ? error.because(.channelMissing, Refusal.missing) : error
        }
    }

    /// Finds out by more calls why an edit, a deletion or a reply was refused. A 403 may mean that the post is missing, or that
    /// the bot lacks the permission although it is a member of the channel (`patchPost` and `deletePost` in Mattermost's
    /// `api4/post.go`). A 400 says that the post is missing even when only the database failed (`DeletePost` and `CreatePost`
    /// in `app/post.go`), so this function looks for the post.
    func explained(_ error: MattermostError, of post: PostReference) async -> MattermostError {
        if error.reason == .postMissing, error.code != .notFound { return await confirmed(error, missing: post) }
        guard error.reason == .notMember, error.code == .forbidden else { return error }
        let author: String
        do {
            author = try await answer(on: post).userID
        } catch let other {
            switch other.reason {
            case .postMissing: return error.because(.postMissing, Refusal.gone)
            case .channelMissing: return error.because(.channelMissing, Refusal.missing)
            default: return error
            }
        }
        guard let isMember = try? await isMember(author, of: post.channelID), isMember else { return error }
        return error.because(.editRefused, Refusal.edit)
    }

    private func confirmed(_ error: MattermostError, missing post: PostReference) async -> MattermostError {
        do {
            if try await self.post(post) == nil { return error }
        } catch {
            // The second call failed too, so the cause stays unknown.
        }
        return error.because(nil, nil)
    }
}

extension APIRequest {
    fileprivate var isNewPost: Bool { method == .post && path == "/posts" }

    fileprivate var isAboutChannel: Bool { path == "/posts" || path.hasPrefix("/posts/") || path.hasPrefix("/channels/") }
}

extension MattermostError {
    /// Returns the same error with a cause that another call has found.
    fileprivate func because(_ reason: Reason?, _ mend: String?) -> MattermostError {
        var error = self
        (error.reason, error.mend) = (reason, mend)
        return error
    }
}
