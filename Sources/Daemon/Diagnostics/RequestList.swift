import Access
import Posts

/// What `teleport-mattermost requests ls` prints: the requests that are pending in Teleport, and where each was posted.
struct RequestList: Sendable {
    struct Row: Sendable {
        var request: AccessRequest
        /// The posts, each with the recipient's name, or the channel's id where the configuration names no such recipient.
        var posts: [(place: String, post: PostReference)]
        /// Whether the plugin has still something to do about the request.
        var isDue: Bool
    }

    let rows: [Row]

    /// Asks Teleport for the requests and the records of their posts, and Mattermost for the channels of recipients that are
    /// not known yet.
    init(_ teleport: any AccessService, _ recipients: Recipients, _ reconciler: Reconciler) async throws(TeleportError) {
        // A person waits for the answer, so the calls are made during an outage too.
        let (records, requests) = try await CircuitBypass.run { () throws(TeleportError) in
            (try await teleport.allPluginData(), try await teleport.requests())
        }
        let places = await recipients.configured().places
        let names = Dictionary(places.map { ($0.channelID, "\($0.recipient)") }) { first, _ in first }
        let due = reconciler.dueRequests
        var rows: [Row] = []
        for request in requests where request.state == .pending {
            // An older server gives no list of all records, and is asked for each.
            let fields: [String: String]
            if let records {
                fields = records[request.id] ?? [:]
            } else {
                fields = try await teleport.pluginData(of: request.id)
            }
            let posts = PluginRecord(fields).posts.map { (names[$0.channelID] ?? $0.channelID, $0) }
            rows.append(Row(request: request, posts: posts, isDue: due.contains(request.id)))
        }
        self.rows = rows.sorted { ($0.request.created, $0.request.id.rawValue) < ($1.request.created, $1.request.id.rawValue) }
    }

    var text: String {
        guard !rows.isEmpty else { return "No request is pending.\n" }
        return rows.map { row in
            let request = row.request
            let until = request.expires.map { ", expires \($0.secondInWords)" } ?? ""
            let roles = OneLine.bounded(request.roles.joined(separator: ", "), 200)
            var lines = [
                "\(request.id)  \(OneLine.bounded(request.user, 100)) for \(roles), since \(request.created.secondInWords)\(until)"
            ]
            lines += row.posts.map { "  posted to \(OneLine.bounded($0.place, 200)) as \($0.post.postID)" }
            if row.posts.isEmpty { lines.append("  not posted") }
            if row.isDue { lines.append("  being worked on") }
            return lines.joined(separator: "\n") + "\n"
        }.joined()
    }

    var json: JSONPiece {
        let requests = rows.map { row in
            let posts = row.posts.map { place, post in
                JSONPiece.object([
                    ("recipient", .text(place)), ("channel_id", .text(post.channelID)), ("post_id", .text(post.postID)),
                ])
            }
            return JSONPiece.object([
                ("id", .text(row.request.id.rawValue)), ("user", .text(row.request.user)),
                ("roles", .list(row.request.roles.map { .text($0) })), ("created", .time(row.request.created)),
                ("expires", .time(row.request.expires)), ("posts", .list(posts)), ("is_due", .flag(row.isDue)),
            ])
        }
        return .object([("requests", .list(requests))])
    }
}
