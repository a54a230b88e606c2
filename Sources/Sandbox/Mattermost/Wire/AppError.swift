/// An error answer of the server: `{id, message, detailed_error, request_id, status_code}`.
package struct AppError: Error, Equatable, Sendable {
    package var status: Int
    package var id: String
    package var message: String

    package init(_ status: Int, _ id: String, _ message: String) {
        self.status = status
        self.id = id
        self.message = message
    }

    package func body(requestID: String) -> JSON {
        [
            "id": .string(id), "message": .string(message), "detailed_error": "", "request_id": .string(requestID),
            "status_code": .integer(Int64(status)),
        ]
    }
}

extension AppError {
    static let sessionExpired = AppError(
        401, "api.context.session_expired.app_error", "Invalid or expired session, please login again.")
    static let forbidden = AppError(
        403, "api.context.permissions.app_error", "You do not have the appropriate permissions.")
    static let noSuchPage = AppError(404, "api.context.404.app_error", "Sorry, we could not find the page.")
    static let noSuchUser = AppError(404, "app.user.missing_account.const", "Unable to find the user.")
    static let noSuchUsername = AppError(
        404, "app.user.get_by_username.app_error",
        "Unable to find an existing account matching your username for this team. This team may require an invite from"
            + " the team owner to join.")
    static let emailHidden = AppError(
        403, "api.user.get_user_by_email.permissions.app_error", "Unable to get user by email.")
    static let noSuchTeam = AppError(
        404, "app.team.get_by_name.missing.app_error", "Unable to find the existing team.")
    static let noSuchChannel = AppError(
        404, "app.channel.get_by_name.missing.app_error", "Channel does not exist.")
    static let noChannels = AppError(404, "app.channel.get_channels.not_found.app_error", "No channels were found.")
    static let noSuchMember = AppError(
        404, "app.channel.get_member.missing.app_error", "No channel member found for that user ID and channel ID.")
    static let noSuchPost = AppError(404, "app.post.get.app_error", "Unable to get the post.")
    static let noSuchAction = AppError(404, "api.post.do_action.action_id.app_error", "Invalid action id.")
    static let actionIntegration = AppError(
        400, "api.post.do_action.action_integration.app_error", "Action integration error.")
    static let messageTooLong = AppError(400, "model.post.is_valid.msg.app_error", "Invalid message.")
    static let propsTooLong = AppError(400, "model.post.is_valid.props.app_error", "Invalid props.")
    static let badRootID = AppError(
        400, "api.post.create_post.root_id.app_error", "Invalid RootId parameter.")
    /// The root of a reply is in another channel.
    static let badRootChannel = AppError(
        400, "api.post.create_post.channel_root_id.app_error", "Invalid ChannelId for RootId parameter.")
    static let postInArchivedChannel = AppError(
        400, "api.post.create_post.can_not_post_to_deleted.error", "Can not post to deleted channel.")
    static let patchInArchivedChannel = AppError(
        400, "api.post.patch_post.can_not_update_post_in_deleted.error", "Can not update a post in a deleted channel.")
    static let updateInArchivedChannel = AppError(
        400, "api.post.update_post.can_not_update_post_in_deleted.error", "Can not update a post in a deleted channel.")
    static let deleteInArchivedChannel = AppError(
        400, "api.post.delete_post.can_not_delete_post_in_deleted.error", "Can not delete a post in a deleted channel.")
    /// Posts in an archived channel are hidden. Only newer servers answer this (`api4/post.go`).
    static let archivedPostsHidden = AppError(
        403, "api.user.view_archived_channels.get_posts_for_channel.app_error", "Can not retrieve posts for an archived channel"
    )
    /// The `pending_post_id` is remembered, but its post is not found.
    static let repeatedPostGone = AppError(
        500, "api.post.deduplicate_create_post.failed_to_get",
        "Failed to fetch original post after deduplicating a client repeating the same request.")
    static let newConfigFormat = AppError(
        501, "api.config.client.old_format.app_error",
        "New format for the client configuration is not supported yet. Please specify format=old in the query string.")
    static let internalError = AppError(500, "app.post.save.app_error", "Unable to save the Post.")

    static func badURLParameter(_ name: String) -> AppError {
        AppError(
            400, "api.context.invalid_url_param.app_error", "Invalid or missing \(name) parameter in request URL.")
    }

    static func badBodyParameter(_ name: String) -> AppError {
        AppError(400, "api.context.invalid_body_param.app_error", "Invalid or missing \(name) in request body.")
    }
}
