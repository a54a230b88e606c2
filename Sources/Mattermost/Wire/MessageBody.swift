/// The body of `POST /api/v4/posts` for a message that is about no request.
struct MessageBody: Encodable {
    struct Props: Encodable {
        let fromBot = "true"

        enum CodingKeys: String, CodingKey { case fromBot = "from_bot" }
    }

    let channelID: String
    let message: String
    let props = Props()
    let pendingPostID: String

    enum CodingKeys: String, CodingKey {
        case message, props
        case channelID = "channel_id"
        case pendingPostID = "pending_post_id"
    }
}
