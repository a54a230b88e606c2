internal import Access

/// The body of `POST /api/v4/posts` for a reply in a thread.
struct ReplyBody: Encodable {
    struct Props: Encodable {
        let fromBot = "true"
        let reply: ReplyProp

        enum CodingKeys: String, CodingKey {
            case fromBot = "from_bot"
            case reply = "teleport_reply"
        }
    }

    let channelID: String
    let rootID: String
    let message: String
    let props: Props
    let pendingPostID: String

    enum CodingKeys: String, CodingKey {
        case message, props
        case channelID = "channel_id"
        case rootID = "root_id"
        case pendingPostID = "pending_post_id"
    }

    init(_ reply: ThreadReply, to post: PostReference, pendingPostID: String) {
        channelID = post.channelID
        rootID = post.postID
        message = reply.text
        props = Props(reply: ReplyProp(requestID: reply.requestID.rawValue, name: reply.name))
        self.pendingPostID = pendingPostID
    }
}

/// The request and the name of a reply. The plugin recognizes its own replies by it. It is not stored as `teleport`, which
/// would mark the reply as a card.
struct ReplyProp: Codable {
    var requestID: String?
    var name: String?

    enum CodingKeys: String, CodingKey {
        case name
        case requestID = "request_id"
    }
}
