internal import Access
internal import Base

extension JSONPiece {
    /// The body of `POST /api/v4/posts`, of a patch, and of the `update` in the answer to a click, for a post that shows a card.
    static func post(_ card: Card, in channelID: String? = nil, pendingPostID: String? = nil) -> JSONPiece {
        .object(present: [
            ("channel_id", channelID.map { .text($0) }),
            // Always sent, because the update in the answer to a click replaces the message even when the field is absent.
            ("message", .text("")), ("pending_post_id", pendingPostID.map { .text($0) }), ("props", props(card)),
        ])
    }

    /// The attachment that people see, and the field by which the plugin recognizes the post.
    private static func props(_ card: Card) -> JSONPiece {
        .object([
            ("attachments", .list([attachment(card)])),
            // Sent with every update, because an update replaces all props.
            ("from_bot", .text("true")),
            (
                "teleport",
                .object(present: [
                    ("cluster", card.cluster.map { .text($0) }), ("request_id", .text(card.requestID.rawValue)),
                    ("state", .text(card.status.name)),
                ])
            ),
        ])
    }

    private static func attachment(_ card: Card) -> JSONPiece {
        let fields = card.fields.map { field in
            JSONPiece.object([("short", .flag(field.isShort)), ("title", .text(field.title)), ("value", .text(field.value))])
        }
        return .object(present: [
            ("actions", card.buttons.isEmpty ? nil : .list(card.buttons.map(action))), ("color", .text(card.color)),
            ("fallback", .text(card.fallback)), ("fields", .list(fields)), ("text", card.text.map { .text($0) }),
            ("title", .text(card.title)), ("title_link", card.link.map { .text($0) }),
        ])
    }

    private static func action(_ button: Card.Button) -> JSONPiece {
        .object([
            ("id", .text(button.id)),
            ("integration", .object([("context", .texts(button.context)), ("url", .text(button.url))])),
            ("name", .text(button.name)), ("style", .text(button.style.rawValue)),
            // Required by newer servers.
            ("type", .text("button")),
        ])
    }

    // MARK: - Posts that show no card

    /// The body of `POST /api/v4/posts` for a reply in a thread.
    static func reply(_ reply: ThreadReply, to post: PostReference, pendingPostID: String) -> JSONPiece {
        let mark = JSONPiece.object([("name", .text(reply.name)), ("request_id", .text(reply.requestID.rawValue))])
        return .object([
            ("channel_id", .text(post.channelID)), ("message", .text(reply.text)), ("pending_post_id", .text(pendingPostID)),
            ("props", .object([("from_bot", .text("true")), ("teleport_reply", mark)])), ("root_id", .text(post.postID)),
        ])
    }

    /// The body of `POST /api/v4/posts` for a message that is about no request.
    static func message(_ text: String, in channelID: String, pendingPostID: String) -> JSONPiece {
        .object([
            ("channel_id", .text(channelID)), ("message", .text(text)), ("pending_post_id", .text(pendingPostID)),
            ("props", .object([("from_bot", .text("true"))])),
        ])
    }
}
