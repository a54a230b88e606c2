#if DEBUG
    import Access
    import Glibc
    import Synchronization

    /// Kills the process, as `kill -9` does, right after a chosen write to a server succeeded. It is for tests of crashes and
    /// exists only in debug builds.
    final class KillPoint: Sendable {
        /// The environment variable that chooses the write, such as `post`, or `post:2` for the second post.
        static let variable = "TELEPORT_MATTERMOST_KILL_AFTER"

        /// The writes that can be chosen.
        enum Write: String, Sendable {
            case claim, record, settle, progress, replied, decision, release, decide, review, post, update, reply, remove

            /// Nil for reads and for writes that have no kill point.
            init?(_ call: ServerCall) {
                switch call {
                case .createPost: self = .post
                case .updatePost: self = .update
                case .deletePost: self = .remove
                case .reply: self = .reply
                case .decide: self = .decide
                case .review: self = .review
                case .updatePluginData(let fields): self.init(setting: fields)
                case .read, .openDialog, .sendMessage, .createDirectChannel: return nil
                }
            }

            /// Recognizes the purpose of an update of the plugin data by its keys. Nil for an update without a kill point.
            private init?(setting fields: [String: String]) {
                if let decision = fields[PluginRecord.Key.decision] {
                    self = decision.isEmpty ? .release : .decision
                } else if fields[PluginRecord.Key.resolution] != nil {
                    self = .settle
                } else if fields[PluginRecord.Key.replies] != nil {
                    self = .replied
                } else if fields[PluginRecord.Key.progress] != nil {
                    self = .progress
                } else if fields[PluginRecord.Key.messages] != nil {
                    self = .record
                } else if fields[PluginRecord.Key.claim]?.isEmpty == false {
                    self = .claim
                } else {
                    return nil
                }
            }
        }

        private let write: Write
        /// The number of writes of this kind that still have to succeed.
        private let left: Mutex<Int>

        /// Makes the kill point that the environment variable asks for; nil unless it names a write.
        static func fromEnvironment() -> KillPoint? {
            guard let text = getenv(variable).map({ String(cString: $0) }) else { return nil }
            let parts = text.split(separator: ":").map(String.init)
            guard let name = parts.first, let write = Write(rawValue: name) else { return nil }
            return KillPoint(after: write, number: parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
        }

        private init(after write: Write, number: Int) {
            self.write = write
            left = Mutex(number)
        }

        func succeeded(_ write: Write?) {
            guard write == self.write else { return }
            let isDue = left.withLock { left in
                left -= 1
                return left == 0
            }
            if isDue { kill(getpid(), SIGKILL) }
        }
    }

    /// Puts a kill point into the client of either server.
    struct KillPointInterceptor<Failure: Error>: CallInterceptor {
        let point: KillPoint

        func intercept<Answer>(
            _ call: ServerCall, _ next: () async throws(Failure) -> Answer
        ) async throws(Failure) -> Answer {
            let answer = try await next()
            point.succeeded(KillPoint.Write(call))
            return answer
        }
    }
#endif
