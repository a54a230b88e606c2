package import Access
package import Watcher

/// The configuration file, checked: nothing in here needs to be checked again. ``load(_:)`` makes one.
///
/// Each property is the value of one section, whose type, keys and checks are in that section's file in `Sources/Settings/Sections`.
/// ``SettingKey`` says how to add a setting.
package struct Settings: Sendable {
    package var teleport: TeleportConfiguration
    package var mattermost: Chat
    package var approvals: Approving
    package var http: HTTP
    package var messages: Messages
    package var notify: Notify
    package var reminders: Reminders
    package var log: Log
    package var audit: Audit
    package var secretSources: SecretSources
    /// What works but should be changed, as lines for the log.
    package var warnings: [String] = []
}
