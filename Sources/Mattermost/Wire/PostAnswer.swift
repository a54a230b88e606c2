internal import Access

/// A post from an answer. Only its ids must be valid: in all other fields a post by anybody may contain anything.
struct PostAnswer {
    let id: String
    let channelID: String
    let userID: String
    /// Milliseconds since 1970 by the server's clock; nil when the field is not an integer.
    let created: Int64?
    let isDeleted: Bool
    private let props: [UInt8]

    /// Nil when the body is not a post.
    init?(_ body: [UInt8]) {
        let text = JSONScan(body)
        self.init(text, in: text.bytes.indices)
    }

    init?(_ text: JSONScan, in range: Range<Int>) {
        guard let members = text.members(of: range) else { return nil }
        var ids: [String: String] = [:]
        var (created, deleted): (Int64?, Int64?) = (nil, 0)
        var props: [UInt8] = []
        for member in members {
            switch text.string(member.key) {
            case let key where ["id", "channel_id", "user_id"].contains(key):
                ids[key] = text.plainString(member.value).flatMap { MattermostName.isID($0) ? $0 : nil }
            case "create_at": created = text.integer(member.value)
            case "delete_at": deleted = text.integer(member.value)
            case "props": props = text.data(member.value)
            default: break
            }
        }
        guard let id = ids["id"], let channelID = ids["channel_id"], let userID = ids["user_id"], let deleted else {
            return nil
        }
        (self.id, self.channelID, self.userID, self.created, self.props) = (id, channelID, userID, created, props)
        isDeleted = deleted != 0
    }

    var reference: PostReference { PostReference(channelID: channelID, postID: id) }

    var row: PageCursor.Row { PageCursor.Row(id: id, created: created) }

    private var readProps: PropsAnswer? { try? JSON.decode(PropsAnswer.self, from: props) }

    /// The post as a card. If it is not one of the plugin's cards, everything that a card shows is nil.
    var shown: PostedCard { card(readProps) }

    /// The post as a card; nil when it is not one of the plugin's cards.
    var card: PostedCard? {
        guard let props = readProps, props.teleport != nil else { return nil }
        return card(props)
    }

    private func card(_ props: PropsAnswer?) -> PostedCard {
        PostedCard(
            reference: reference, requestID: props?.teleport?.requestID.flatMap { RequestID($0) },
            status: props?.teleport?.state.map { Self.bounded($0) }, cluster: props?.teleport?.cluster.map { Self.bounded($0) },
            created: created.flatMap(Timestamp.init(postTime:)), hasButtons: props?.hasButtons ?? false)
    }

    /// The post as a reply in a thread; nil when it is not one of the plugin's replies.
    var reply: PostedReply? {
        guard let reply = readProps?.reply else { return nil }
        return PostedReply(
            reference: reference, requestID: reply.requestID.flatMap { RequestID($0) },
            name: reply.name.map { Self.bounded($0) })
    }

    /// Limits a name to 256 bytes. All names that the plugin writes are shorter, so a truncated name matches none of them.
    private static func bounded(_ text: String) -> String { String(decoding: text.utf8.prefix(256), as: UTF8.self) }
}

/// The posts of a channel or thread. Posts that cannot be parsed are left out of `posts`.
struct PostListAnswer {
    /// The ids of the posts, newest first in a channel.
    let order: [String]
    let posts: [String: PostAnswer]
    /// Whether the server has older posts.
    let hasOlder: Bool

    /// Nil when the body is not a list of posts.
    init?(_ body: [UInt8]) {
        let text = JSONScan(body)
        guard let members = text.members(of: text.bytes.indices) else { return nil }
        let parts = Dictionary(members.map { (text.string($0.key), $0.value) }) { first, _ in first }
        guard let order = parts["order"], let posts = parts["posts"], let listed = text.members(of: posts),
            let ids = try? JSON.decode([String].self, from: text.data(order))
        else { return nil }
        self.order = ids.filter { MattermostName.isID($0) }
        let read = listed.compactMap { PostAnswer(text, in: $0.value) }
        self.posts = Dictionary(read.map { ($0.id, $0) }) { first, _ in first }
        hasOlder = parts["prev_post_id"].flatMap(text.plainString).map { !$0.isEmpty } ?? false
    }

    /// The id and time of each post in `order`. Posts that the server added as roots of replies are not among them.
    var rows: [PageCursor.Row] { order.map { posts[$0]?.row ?? PageCursor.Row(id: $0, created: nil) } }
}

/// The parts of a post's `props` that the plugin writes. A part of another form is treated as absent.
private struct PropsAnswer: Decodable {
    /// The request that a post is about, and the state that it shows.
    struct Teleport: Decodable {
        var requestID: String?
        var state: String?
        var cluster: String?

        enum CodingKeys: String, CodingKey {
            case requestID = "request_id"
            case state, cluster
        }
    }

    /// The request and the name of a reply. It is not stored as `teleport`, which would mark the reply as a card.
    struct Reply: Decodable {
        var requestID: String?
        var name: String?

        enum CodingKeys: String, CodingKey {
            case name
            case requestID = "request_id"
        }
    }

    private struct Attachment: Decodable {
        struct Action: Decodable {
            init(from decoder: any Decoder) {}
        }

        enum CodingKeys: String, CodingKey { case actions }

        var hasActions = false

        init(from decoder: any Decoder) {
            let container = try? decoder.container(keyedBy: CodingKeys.self)
            hasActions = (try? container?.decodeIfPresent([Action].self, forKey: .actions))?.isEmpty == false
        }
    }

    var teleport: Teleport?
    var reply: Reply?
    var hasButtons = false

    enum CodingKeys: String, CodingKey {
        case teleport, attachments
        case reply = "teleport_reply"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        teleport = try? container.decodeIfPresent(Teleport.self, forKey: .teleport)
        reply = try? container.decodeIfPresent(Reply.self, forKey: .reply)
        let attachments = try? container.decodeIfPresent([Attachment].self, forKey: .attachments)
        hasButtons = attachments?.contains { $0.hasActions } ?? false
    }
}

extension Timestamp {
    /// The last millisecond of the year 9999.
    private static let last: Int64 = 253_402_300_799_999

    /// Nil for a time before 1970 or after the year 9999, which no post has.
    init?(postTime milliseconds: Int64) {
        guard (0...Self.last).contains(milliseconds) else { return nil }
        self.init(milliseconds: milliseconds)
    }

    /// Moves a time outside of the years 1970 to 9999 to the nearest end of that range.
    init(bounding milliseconds: Int64) { self.init(milliseconds: min(max(milliseconds, 0), Self.last)) }
}
