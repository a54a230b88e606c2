/// A post as the server stores it, with the `integration` of its buttons.
package struct ChatPost: Equatable, Sendable {
    package var id: String = Identifier.make()
    package var createAt: Int64
    package var updateAt: Int64
    package var editAt: Int64 = 0
    /// The time at which the post was deleted; 0 if it is not deleted. Only a listing by `since` still contains deleted posts.
    package var deleteAt: Int64 = 0
    package var userID: String
    package var channelID: String
    package var rootID: String = ""
    package var message: String
    package var props: JSON
    package var isPinned: Bool = false

    package var etag: String { "5.37.0.\(id).\(updateAt)" }

    /// The post as it is sent to clients, with complete attachments and without `integration`.
    ///
    /// - Parameters:
    ///   - pendingID: the `pending_post_id` that the call which creates the post repeats.
    ///   - hasMetadata: false for the answer to a repeated `pending_post_id`.
    package func shape(pendingID: String = "", replyCount: Int = 0, hasMetadata: Bool = true) -> JSON {
        var shape: JSON = [
            "id": .string(id), "create_at": .integer(createAt), "update_at": .integer(updateAt),
            "edit_at": .integer(editAt), "delete_at": .integer(deleteAt), "is_pinned": .bool(isPinned),
            "user_id": .string(userID), "channel_id": .string(channelID), "root_id": .string(rootID),
            "parent_id": .string(rootID),
            "original_id": "", "message": .string(message), "type": "", "props": Attachments.shown(in: props),
            "hashtags": "", "pending_post_id": .string(pendingID), "reply_count": .integer(Int64(replyCount)),
            "last_reply_at": 0, "participants": nil,
        ]
        guard hasMetadata else { return shape }
        let attachments = props["attachments"]?.elements ?? []
        shape["metadata"] = attachments.isEmpty ? [:] : ["embeds": [["type": "message_attachment"]]]
        return shape
    }
}
