import Access
import Base

/// The times of the week in which a rule is in force, by the clock of a time zone.
struct Schedule: Sendable {
    private struct Shift {
        var weekday: String
        /// The first and the last minute of the day; both belong to the shift.
        var start, end: Int64
    }

    private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    /// The largest number of shifts of one schedule.
    private static let limit = 1000

    private let shifts: [Shift]
    private let clock: ZoneClock

    /// - Parameter zone: finds a time zone by its IANA name; nil if there is none of this name.
    init(_ schedule: MonitoringRule.Schedule, zone: (String) -> ZoneClock?) throws(RuleFault) {
        guard schedule.shifts.count <= Self.limit else { throw RuleFault("a schedule has more than \(Self.limit) shifts") }
        guard !schedule.shifts.isEmpty else {
            // Such a schedule is never on, whatever its zone.
            (shifts, clock) = ([], .utc)
            return
        }
        let name = schedule.timeZone.isEmpty ? "UTC" : schedule.timeZone
        guard let clock = zone(name) else {
            throw RuleFault("the time zone \(OneLine.bounded(name, 64).debugDescription) is not known")
        }
        self.clock = clock
        var shifts: [Shift] = []
        for shift in schedule.shifts {
            shifts.append(
                Shift(weekday: shift.weekday, start: try Self.minute(shift.start), end: try Self.minute(shift.end)))
        }
        self.shifts = shifts
    }

    /// Reads a time of the day such as `09:30` or `9:30`, in minutes.
    private static func minute(_ text: String) throws(RuleFault) -> Int64 {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...2).contains(parts[0].utf8.count), parts[1].utf8.count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }), let hour = Int64(parts[0]),
            let minute = Int64(parts[1]), hour < 24, minute < 60
        else { throw RuleFault("\(OneLine.bounded(text, 32).debugDescription) is no time of the day from 00:00 to 23:59") }
        return hour * 60 + minute
    }

    func contains(_ moment: Timestamp) -> Bool {
        let local = moment.milliseconds.addingReportingOverflow(clock.offset(at: moment) * 1000).partialValue
        let day = Timestamp.floorDivide(local, 86_400_000)
        let time = local - day * 86_400_000
        // The first of January 1970 was a Thursday.
        let weekday = Self.weekdays[Int((day % 7 + 11) % 7)]
        return shifts.contains {
            $0.weekday == weekday && ($0.start * 60_000...max($0.start, $0.end) * 60_000).contains(time) && $0.start <= $0.end
        }
    }
}
