extension Settings {
    /// `[reminders]`: when people are reminded of requests that nobody has decided.
    package struct Reminders: Equatable, Sendable {
        /// The time before a pending request expires at which its posts get a reply that says so; nil if they get none.
        package var beforeExpiry: Duration?
    }
}

extension SettingsSection {
    static let reminders = SettingsSection("reminders", isComment: true, keys: [.reminderBefore])
}

extension SettingKey {
    static let reminderBefore = SettingKey(
        "reminders.before_expiry", .string(default: nil),
        help: """
            How long before a request expires that nobody has decided its posts get a reply that says so. By default they get
            none.
            """,
        example: #""10m""#)
}

extension SettingsReader {
    mutating func reminders() -> Settings.Reminders {
        Settings.Reminders(
            beforeExpiry: parsed(.reminderBefore) { (value) throws(SettingFault) in try GoDuration.checked(value) })
    }
}
