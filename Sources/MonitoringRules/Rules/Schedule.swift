import Access
import Base

/// The times of the week in which a rule is in force, by the clock of a time zone.
///
/// As in Teleport (`lib/accessmonitoring/schedule.go`), only the shifts of the weekday at hand are looked at, one after the other.
/// A fault in a later one, or in one of another weekday, does no harm.
struct Schedule: Sendable {
    private struct Shift {
        var weekday: String
        /// The first and the last minute of the day, which both belong to the shift.
        var ends: Result<(start: Int64, end: Int64), RuleFault>
    }

    private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    /// The largest number of shifts of one schedule.
    private static let limit = 1000

    private let shifts: [Shift]
    /// The clock of the zone, or the reason why the schedule cannot be used at any time.
    private let clock: Result<ZoneClock, RuleFault>

    /// - Parameter zone: finds a time zone by its IANA name; nil if there is none of this name.
    init(_ schedule: MonitoringRule.Schedule, zone: (String) -> ZoneClock?) {
        shifts = schedule.shifts.prefix(Self.limit).map { shift in
            Shift(weekday: shift.weekday, ends: Self.ends(of: shift))
        }
        let name = schedule.timeZone.isEmpty ? "UTC" : schedule.timeZone
        if schedule.shifts.count > Self.limit {
            clock = .failure(RuleFault("a schedule has more than \(Self.limit) shifts"))
        } else if let found = zone(name) {
            clock = .success(found)
        } else {
            clock = .failure(RuleFault("the time zone \(OneLine.bounded(name, 64).debugDescription) is not known"))
        }
    }

    private static func ends(of shift: MonitoringRule.Schedule.Shift) -> Result<(start: Int64, end: Int64), RuleFault> {
        do {
            return .success((try minute(shift.start, shift.weekday), try minute(shift.end, shift.weekday)))
        } catch {
            return .failure(error)
        }
    }

    /// Reads a time of the day such as `09:30` or `9:30`, in minutes.
    private static func minute(_ text: String, _ weekday: String) throws(RuleFault) -> Int64 {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...2).contains(parts[0].utf8.count), parts[1].utf8.count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }), let hour = Int64(parts[0]),
            let minute = Int64(parts[1]), hour < 24, minute < 60
        else {
            let (day, shown) = (OneLine.bounded(weekday, 32), OneLine.bounded(text, 32).debugDescription)
            throw RuleFault("on \(day), because \(shown) is no time of the day from 00:00 to 23:59")
        }
        return hour * 60 + minute
    }

    /// The reason why the schedule cannot be used, at least on some weekday; nil if it always can.
    var fault: RuleFault? {
        // A schedule without shifts is never on, whatever its zone.
        guard !shifts.isEmpty else { return nil }
        if case .failure(let fault) = clock { return fault }
        for shift in shifts {
            if case .failure(let fault) = shift.ends { return fault }
        }
        return nil
    }

    func contains(_ moment: Timestamp) throws(RuleFault) -> Bool {
        guard !shifts.isEmpty else { return false }
        let clock = try clock.get()
        let local = moment.milliseconds.addingReportingOverflow(clock.offset(at: moment) * 1000).partialValue
        let day = Timestamp.floorDivide(local, 86_400_000)
        // The first of January 1970 was a Thursday.
        let weekday = Self.weekdays[Int((day % 7 + 11) % 7)]
        for shift in shifts where shift.weekday == weekday {
            let (start, end) = try shift.ends.get()
            // Where the clocks are changed on that day, a shift lasts from one moment to another and not from minute to minute.
            let midnight = day * 86_400
            let (first, last) = (clock.moment(showing: midnight + start * 60), clock.moment(showing: midnight + end * 60))
            if first <= moment, moment <= last { return true }
        }
        return false
    }
}
