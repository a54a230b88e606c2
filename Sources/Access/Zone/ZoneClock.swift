/// How posts say a moment: as the clock on the wall of one time zone, `2026-11-25 17:05 CET`.
package struct ZoneClock: Equatable, Sendable {
    package static let utc = ZoneClock(nil)

    private let rules: TimeZoneRules?

    /// - Parameter rules: nil for UTC.
    package init(_ rules: TimeZoneRules?) { self.rules = rules }

    /// The minute of a moment, with the zone's abbreviation at that time.
    package func minute(_ moment: Timestamp) -> String {
        guard let rules else { return moment.minuteInUTC }
        let local = rules.local(at: Timestamp.floorDivide(moment.milliseconds, 1000))
        // Zones without letters of their own are abbreviated as `-03`, which alone looks like a part of the time.
        let name = local.abbreviation.first.map { $0 == "-" || $0 == "+" } == true ? "UTC" : ""
        return "\(moment.minute(offset: local.offset)) \(name)\(local.abbreviation)"
    }
}

/// What a clock shows in a zone for some time.
package struct LocalTime: Equatable, Sendable {
    /// Seconds ahead of UTC.
    package var offset: Int64
    /// Letters, digits, `+` and `-`: 3 to 10 of them.
    package var abbreviation: String
}
