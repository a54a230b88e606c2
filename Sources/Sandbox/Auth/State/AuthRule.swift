/// An access monitoring rule.
package struct AuthRule: Equatable, Sendable {
    /// A span of one weekday.
    package struct Shift: Equatable, Sendable {
        package var weekday: String
        package var start: String
        package var end: String

        package init(_ weekday: String, _ start: String, _ end: String) {
            (self.weekday, self.start, self.end) = (weekday, start, end)
        }
    }

    /// A schedule: the name of a time zone, and shifts.
    package struct Schedule: Equatable, Sendable {
        package var zone: String
        package var shifts: [Shift]

        package init(zone: String = "", _ shifts: [Shift]) { (self.zone, self.shifts) = (zone, shifts) }
    }

    package var name: String
    package var subjects: [String]
    package var condition: String
    /// The name of the plugin that notifies.
    package var plugin: String
    package var recipients: [String]
    package var schedules: [String: Schedule]

    package init(
        _ name: String, condition: String, recipients: [String], plugin: String = "mattermost",
        subjects: [String] = ["access_request"], schedules: [String: Schedule] = [:]
    ) {
        self.name = name
        self.condition = condition
        self.recipients = recipients
        self.plugin = plugin
        self.subjects = subjects
        self.schedules = schedules
    }
}
