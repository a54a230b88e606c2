extension Settings {
    /// `[notify]`: who is told of decisions besides the readers of the posts.
    package struct Notify: Equatable, Sendable {
        /// Whether requesters get a direct message once their request is decided.
        package var requester = false
    }
}

extension SettingsSection {
    static let notify = SettingsSection("notify", isComment: true, keys: [.notifyRequester])
}

extension SettingKey {
    static let notifyRequester = SettingKey(
        "notify.requester", .flag(default: false),
        help: """
            Whether requesters get a direct message once their request is decided. The requester is the person of
            `[approvals.users]`, or the person in the trait of `user_trait`; without a trait also the person whose user name or
            e-mail address is the Teleport user's name.
            """)
}

extension SettingsReader {
    mutating func notify() -> Settings.Notify {
        var notify = Settings.Notify()
        read(.notifyRequester, into: &notify.requester)
        return notify
    }
}
