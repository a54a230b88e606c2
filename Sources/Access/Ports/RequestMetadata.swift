import Logging

extension [String: Logger.MetadataValue] {
    /// The fields of a log line about a request and, where there is one, its post.
    package static func request(_ id: RequestID, _ post: PostReference? = nil, _ more: Self = [:]) -> Self {
        var fields: Self = ["request_id": "\(id)"]
        if let post {
            fields["channel_id"] = "\(post.channelID)"
            fields["post_id"] = "\(post.postID)"
        }
        return fields.merging(more) { _, new in new }
    }
}
