/// Shows moments as posts do, by the clock of one time zone: `2026-11-25 17:05 CET`.
package struct ZoneClock: Equatable, Sendable {
    package static let utc = ZoneClock(nil)

    private let rules: TimeZoneRules?

    /// - Parameter rules: nil for UTC.
    package init(_ rules: TimeZoneRules?) { self.rules = rules }

    /// Returns the minute of a moment, with the zone's abbreviation at that time.
    package func minute(_ moment: Timestamp) -> String {
        guard let rules else { return moment.minuteInUTC }
        let local = rules.local(at: moment)
        // Zones without letters of their own are abbreviated as `-03`, which alone looks like a part of the time.
        let name = local.abbreviation.first.map { $0 == "-" || $0 == "+" } == true ? "UTC" : ""
        return "\(moment.minute(offset: local.offset)) \(name)\(local.abbreviation)"
    }

    /// Returns the seconds that the clock is ahead of UTC at a moment.
    package func offset(at moment: Timestamp) -> Int64 { rules?.local(at: moment).offset ?? 0 }

    /// Returns the moment at which the clocks show a time. Of a time that they show twice, or never, it is the moment that Go's
    /// `time.Date` chooses.
    /// - Parameter local: the time, in the seconds since 1970 that it would have in UTC.
    package func moment(showing local: Int64) -> Timestamp {
        func offset(_ second: Int64) -> Int64 { rules?.local(at: second).offset ?? 0 }
        let second = local &- offset(local &- offset(local))
        return Timestamp(milliseconds: second.multipliedReportingOverflow(by: 1000).partialValue)
    }
}

/// The local time that holds in a zone for some time.
package struct LocalTime: Equatable, Sendable {
    /// The seconds that the zone is ahead of UTC.
    package var offset: Int64
    /// The name of the local time: 3 to 10 letters, digits, `+` and `-`.
    package var abbreviation: String
}

extension TimeZoneRules {
    fileprivate func local(at moment: Timestamp) -> LocalTime { local(at: Timestamp.floorDivide(moment.milliseconds, 1000)) }
}
