/// The rule at the end of a TZif file, in the form of POSIX's `TZ` variable: `CET-1CEST,M3.5.0,M10.5.0/3`.
///
/// Hours from -167 to 167 are taken, as version 3 of the format allows (RFC 8536, section 3.3.1).
struct PosixZone: Equatable, Sendable {
    private struct Summer: Equatable, Sendable {
        var local: LocalTime
        var start: Change
        var end: Change
    }

    private let standard: LocalTime
    private let summer: Summer?

    init?(_ bytes: [UInt8]) {
        guard bytes.count <= 256 else { return nil }
        var parser = Parser(rest: bytes[...])
        guard let name = parser.name(), let offset = parser.offset() else { return nil }
        standard = LocalTime(offset: -offset, abbreviation: name)
        guard !parser.rest.isEmpty else {
            summer = nil
            return
        }
        guard let name = parser.name() else { return nil }
        // If summer time has no offset of its own, it is an hour ahead.
        let beginsRule = parser.rest.isEmpty || parser.rest.first == UInt8(ascii: ",")
        guard let ahead = beginsRule ? -offset + 3600 : parser.offset().map({ -$0 }) else { return nil }
        if parser.rest.isEmpty { parser.rest = Array(",M3.2.0,M11.1.0".utf8)[...] }
        guard let start = parser.change(), let end = parser.change(), parser.rest.isEmpty else { return nil }
        summer = Summer(local: LocalTime(offset: ahead, abbreviation: name), start: start, end: end)
    }

    /// Returns the local time at a moment, in seconds since 1970.
    func local(at second: Int64) -> LocalTime {
        guard let summer else { return standard }
        let year = Timestamp.civil(fromDays: Timestamp.floorDivide(second + standard.offset, 86_400)).year
        // The time of each change is given by the clock that holds until then.
        let start = summer.start.second(in: year) - standard.offset
        let end = summer.end.second(in: year) - summer.local.offset
        let isSummer = start < end ? start <= second && second < end : second < end || start <= second
        return isSummer ? summer.local : standard
    }

    /// Returns the text if it can be an abbreviation: 3 to 10 letters, digits, `+` and `-`.
    static func abbreviation(_ bytes: some Collection<UInt8>) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        let isGood = (3...10).contains(bytes.count) && text.unicodeScalars.allSatisfy(isOfName)
        return isGood ? text : nil
    }

    private static func isOfName(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "+", "-": true
        default: false
        }
    }
}

extension PosixZone {
    /// A change between standard and summer time: a day of each year and a time on it.
    struct Change: Equatable, Sendable {
        /// The day of a change, in one of the three notations that POSIX has for it.
        enum Day: Equatable, Sendable {
            /// The day of the year from 1 to 365, in which the 29th of February is never counted.
            case julian(Int64)
            /// The day of the year from 0 to 365, in which the 29th of February is counted.
            case ofYear(Int64)
            /// A day of a week of a month. Weeks are 1 to 5, where 5 is the last one, and Sunday is 0.
            case ofMonth(month: Int64, week: Int64, weekday: Int64)
        }

        var day: Day
        /// The seconds after midnight of that day. The number may be negative or larger than a day.
        var time: Int64

        /// Returns the moment of the change in a year, as seconds since 1970 on the local clock.
        func second(in year: Int64) -> Int64 {
            let first = Timestamp.days(toYear: year)
            let isLeap = Timestamp.days(toYear: year + 1) - first == 366
            let days: Int64 =
                switch day {
                case .julian(let number): number - 1 + (isLeap && number >= 60 ? 1 : 0)
                case .ofYear(let number): number
                case .ofMonth(let month, let week, let weekday):
                    Self.day(month, week, weekday, firstOfYear: first, isLeap: isLeap)
                }
            return (first + days) * 86_400 + time
        }

        private static func day(
            _ month: Int64, _ week: Int64, _ weekday: Int64, firstOfYear: Int64, isLeap: Bool
        ) -> Int64 {
            let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            let start = lengths.prefix(Int(month) - 1).reduce(0, +)
            // The first of January 1970 was a Thursday.
            let weekdayOfFirst = ((firstOfYear + start + 4) % 7 + 7) % 7
            var day = (weekday - weekdayOfFirst + 7) % 7 + (week - 1) * 7
            if day >= lengths[Int(month) - 1] { day -= 7 }
            return start + day
        }
    }

    fileprivate struct Parser {
        var rest: ArraySlice<UInt8>

        private mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest = rest.dropFirst()
            return true
        }

        mutating func name() -> String? {
            let isQuoted = skip("<")
            let letters = rest.prefix {
                switch Unicode.Scalar($0) {
                case "a"..."z", "A"..."Z": true
                default: isQuoted && $0 != UInt8(ascii: ">")
                }
            }
            rest = rest.dropFirst(letters.count)
            if isQuoted, !skip(">") { return nil }
            return PosixZone.abbreviation(letters)
        }

        private mutating func number(_ range: ClosedRange<Int64>) -> Int64? {
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard (1...3).contains(digits.count) else { return nil }
            rest = rest.dropFirst(digits.count)
            let value = digits.reduce(Int64(0)) { $0 * 10 + Int64($1) - 48 }
            return range.contains(value) ? value : nil
        }

        /// Reads `[+-]hh[:mm[:ss]]` as seconds.
        private mutating func time(hours: ClosedRange<Int64>) -> Int64? {
            let sign: Int64 = skip("-") ? -1 : 1
            if sign == 1 { _ = skip("+") }
            guard var seconds = number(hours).map({ $0 * 3600 }) else { return nil }
            for unit: Int64 in [60, 1] where skip(":") {
                guard let value = number(0...59) else { return nil }
                seconds += value * unit
            }
            return sign * seconds
        }

        /// Reads an offset as seconds behind UTC, which is how POSIX counts them.
        mutating func offset() -> Int64? { time(hours: 0...24) }

        mutating func change() -> Change? {
            guard skip(","), let day = day() else { return nil }
            guard skip("/") else { return Change(day: day, time: 7200) }
            return time(hours: 0...167).map { Change(day: day, time: $0) }
        }

        private mutating func day() -> Change.Day? {
            if skip("J") { return number(1...365).map { .julian($0) } }
            guard skip("M") else { return number(0...365).map { .ofYear($0) } }
            guard let month = number(1...12), skip("."), let week = number(1...5), skip("."), let weekday = number(0...6) else {
                return nil
            }
            return .ofMonth(month: month, week: week, weekday: weekday)
        }
    }
}
