package import Access
package import Watcher

/// The values of a configuration file after all checks, so that no other code needs to check them again. ``load(_:)`` makes
/// one.
///
/// Each property is the value of one section. The section's type, keys and checks are in its file in
/// `Sources/Settings/Sections`. ``SettingKey`` says how to add a setting.
package struct Settings: Sendable {
    package var teleport: TeleportConfiguration
    package var mattermost: Chat
    package var approvals: Approving
    package var http: HTTP
    package var messages: Messages
    package var posting: Posting
    package var notify: Notify
    package var reminders: Reminders
    package var accessLists: AccessLists
    package var log: Log
    package var audit: Audit
    package var diagnostics: Diagnostics
    package var secretSources: SecretSources
    /// Warnings about settings that work but should be changed, each with what to do about it.
    package var warnings: [Notice] = []
    /// The file that the settings were read from.
    package var origin: SettingsOrigin
    /// The values as the file gives them, to find out what a later reading has changed.
    var given: GivenValues
}
