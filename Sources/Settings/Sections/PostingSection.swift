internal import Base

extension Settings {
    /// `[posting]`: when requests are posted.
    package struct Posting: Equatable, Sendable {
        /// The time for which a new request is held back. A request that is decided by then is not posted.
        package var delay = Duration.zero
    }
}

extension SettingsSection {
    static let posting = SettingsSection("posting", isComment: true, keys: [.postingDelay])
}

extension SettingKey {
    static let postingDelay = SettingKey(
        "posting.delay", .string(default: "0s"),
        help: """
            How long a new request is held back before it is posted, up to a minute, such as `"3s"`. A request that is decided
            by then, for example by an automatic review, is not posted.
            """)
}

extension SettingsReader {
    mutating func posting() -> Settings.Posting {
        var posting = Settings.Posting()
        let delay = parsed(.postingDelay) { (value) throws(SettingFault) in
            guard let delay = GoDuration.parse(value), delay <= .seconds(60) else {
                throw SettingFault(
                    "\"\(OneLine.bounded(value, 64))\" is no time from 0s to 1m.", mend: "Write it as 3s.")
            }
            return delay
        }
        if let delay { posting.delay = delay }
        return posting
    }
}
