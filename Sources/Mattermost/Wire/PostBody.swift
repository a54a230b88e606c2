internal import Access

/// The body of `POST /api/v4/posts`, of a patch, and of the `update` in the answer to a click.
struct PostBody: Encodable {
    var channelID: String?
    /// Always sent, because the update in the answer to a click replaces the message even when the field is absent.
    let message = ""
    var props: PostProps
    var pendingPostID: String?

    enum CodingKeys: String, CodingKey {
        case message, props
        case channelID = "channel_id"
        case pendingPostID = "pending_post_id"
    }
}

/// The `props` of a card's post: the attachment that people see, and the field by which the plugin recognizes the post.
struct PostProps: Encodable {
    let attachments: [Attachment]
    /// Sent with every update, because an update replaces all props.
    let fromBot = "true"
    let teleport: TeleportProp

    enum CodingKeys: String, CodingKey {
        case attachments, teleport
        case fromBot = "from_bot"
    }

    init(_ card: Card) {
        attachments = [Attachment(card)]
        teleport = TeleportProp(requestID: card.requestID.rawValue, state: card.status.name, cluster: card.cluster)
    }
}

/// The request that a post is about, and the state that it shows. The plugin recognizes its own posts by it.
struct TeleportProp: Codable {
    var requestID: String?
    var state: String?
    var cluster: String?

    enum CodingKeys: String, CodingKey {
        case requestID = "request_id"
        case state, cluster
    }
}

/// The message attachment of a post, which shows a card with its fields and buttons.
struct Attachment: Encodable {
    struct Field: Encodable {
        var title: String
        var value: String
        var short: Bool
    }

    struct Action: Encodable {
        struct Integration: Encodable {
            var url: String
            var context: [String: String]
        }

        var id: String
        /// Required by newer servers.
        let type = "button"
        var name: String
        var style: String
        var integration: Integration
    }

    var fallback: String
    var color: String
    var title: String
    var titleLink: String?
    var text: String?
    var fields: [Field]
    var actions: [Action]?

    enum CodingKeys: String, CodingKey {
        case fallback, color, title, text, fields, actions
        case titleLink = "title_link"
    }

    init(_ card: Card) {
        fallback = card.fallback
        color = card.color
        title = card.title
        titleLink = card.link
        text = card.text
        fields = card.fields.map { Field(title: $0.title, value: $0.value, short: $0.isShort) }
        let buttons = card.buttons.map { button in
            Action(
                id: button.id, name: button.name, style: button.style.rawValue,
                integration: Action.Integration(url: button.url, context: button.context))
        }
        actions = buttons.isEmpty ? nil : buttons
    }
}
