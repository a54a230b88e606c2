extension Timestamp {
    /// The minute in UTC, as `2026-11-20 22:07 UTC`.
    package var minuteInUTC: String { "\(minute(offset: 0)) UTC" }

    /// Returns the minute on a clock that is `offset` seconds ahead of UTC, as `2026-11-20 22:07`.
    package func minute(offset: Int64) -> String {
        let minutes = Self.floorDivide(Self.floorDivide(milliseconds, 1000) + offset, 60)
        let days = Self.floorDivide(minutes, 1440)
        let minuteOfDay = minutes - days * 1440
        let (year, month, day) = Self.civil(fromDays: days)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(year)-\(two(month))-\(two(day)) \(two(minuteOfDay / 60)):\(two(minuteOfDay % 60))"
    }

    /// The second in UTC, as `2026-11-20T22:07:09Z` (RFC 3339).
    package var secondInUTC: String {
        let second = Self.floorDivide(milliseconds, 1000) - Self.floorDivide(milliseconds, 60_000) * 60
        let minute = minuteInUTC.split(separator: " ")
        return "\(minute[0])T\(minute[1]):\(second < 10 ? "0" : "")\(second)Z"
    }

    /// The millisecond in UTC, as `2026-11-20T22:07:09.042Z` (RFC 3339).
    package var millisecondInUTC: String {
        let digits = "\(milliseconds - Self.floorDivide(milliseconds, 1000) * 1000)"
        return "\(secondInUTC.dropLast()).\(String(repeating: "0", count: 3 - digits.count))\(digits)Z"
    }

    /// The second in UTC, as `2026-11-20 22:07:09 UTC`.
    package var secondInWords: String { "\(secondInUTC.dropLast().replacing("T", with: " ")) UTC" }

    /// Returns the quotient rounded down, unlike `/`, which rounds towards zero.
    package static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((-(value + 1)) / divisor) - 1
    }

    /// Returns the date that is `days` after 1970-01-01, by Howard Hinnant's algorithm. Foundation's calendars are not used,
    /// because they need ICU.
    package static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// Returns the number of days from 1970-01-01 to the first of January of `year`.
    package static func days(toYear year: Int64) -> Int64 {
        let before = year - 1
        return before * 365 + floorDivide(before, 4) - floorDivide(before, 100) + floorDivide(before, 400) - 719_162
    }
}
