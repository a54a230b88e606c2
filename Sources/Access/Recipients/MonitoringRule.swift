/// An access monitoring rule of Teleport, as far as it says who is told of a request. Servers have them from version 15 on.
package struct MonitoringRule: Equatable, Sendable {
    /// The times of the week at which requests have to be made for a rule to match them.
    package struct Schedule: Equatable, Sendable {
        /// One span of a day. Both ends, as `HH:MM`, belong to it.
        package struct Shift: Equatable, Sendable {
            /// The English name of the day, such as `Monday`.
            package var weekday: String
            package var start: String
            package var end: String

            package init(weekday: String, start: String, end: String) {
                self.weekday = weekday
                self.start = start
                self.end = end
            }
        }

        /// The IANA name of the time zone; empty for UTC.
        package var timeZone: String
        package var shifts: [Shift]

        package init(timeZone: String = "", shifts: [Shift]) {
            self.timeZone = timeZone
            self.shifts = shifts
        }
    }

    package var name: String
    /// The kinds of resources that the rule is about.
    package var subjects: [String]
    /// The condition that a request must meet, in Teleport's predicate language.
    package var condition: String
    /// The name of the plugin that notifies; empty if the rule notifies nobody.
    package var plugin: String
    /// The recipients that the plugin tells, as the rule names them.
    package var recipients: [String]
    /// The times in which a request must have been made, by name; empty if the rule always holds.
    package var schedules: [String: Schedule]

    package init(
        name: String, subjects: [String] = [Self.subject], condition: String, plugin: String = Self.pluginName,
        recipients: [String], schedules: [String: Schedule] = [:]
    ) {
        self.name = name
        self.subjects = subjects
        self.condition = condition
        self.plugin = plugin
        self.recipients = recipients
        self.schedules = schedules
    }

    /// The kind of access requests among the subjects.
    package static let subject = "access_request"
    /// The name of a self-hosted plugin in rules. It is always this one.
    package static let pluginName = "mattermost"

    /// Whether the rule says whom this plugin tells of access requests. Its states and its desired state do not matter for that.
    package var notifies: Bool { subjects.contains(Self.subject) && plugin == Self.pluginName }
}
