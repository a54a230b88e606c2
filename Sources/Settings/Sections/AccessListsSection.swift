extension Settings {
    /// `[access_lists]`: whether the owners of Teleport's access lists are reminded to review them.
    package struct AccessLists: Equatable, Sendable {
        /// Whether owners get a direct message when a review is due.
        package var reminders = false
    }
}

extension SettingsSection {
    static let accessLists = SettingsSection("access_lists", isComment: true, keys: [.accessListReminders])
}

extension SettingKey {
    static let accessListReminders = SettingKey(
        "access_lists.reminders", .flag(default: false),
        help: """
            Whether the owners of Teleport's access lists get a direct message when a review is due: see [Reviews of access
            lists](#reviews-of-access-lists).
            """, effect: .restart)
}

extension SettingsReader {
    mutating func accessLists() -> Settings.AccessLists {
        var lists = Settings.AccessLists()
        read(.accessListReminders, into: &lists.reminders)
        return lists
    }
}
