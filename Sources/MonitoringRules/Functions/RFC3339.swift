package import Base

/// Reads times as RFC 3339 writes them: `2026-11-20T22:07:09Z`, `2026-11-20T22:07:09.5+01:00`.
package enum RFC3339 {
    package static func time(_ text: String) throws(RuleFault) -> Timestamp {
        var reader = Reader(bytes: Array(text.utf8))
        guard let time = reader.time() else {
            throw RuleFault("time.RFC3339 got a text that is no time, such as 2026-11-20T22:07:09Z")
        }
        return time
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        mutating func time() -> Timestamp? {
            guard let year = number(4), take("-"), let month = number(2), take("-"), let day = number(2), take("T"),
                let hour = hour(), take(":"), let minute = number(2), take(":"), let second = number(2),
                (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day), hour < 24, minute < 60,
                second < 60,
                let milliseconds = fraction(), let offset = offset(), position == bytes.count
            else { return nil }
            var days = Timestamp.days(toYear: Int64(year)) + Int64(day) - 1
            for earlier in 1..<month { days += Int64(Self.days(in: earlier, of: year)) }
            let seconds = days * 86_400 + Int64(hour * 3600 + minute * 60 + second - offset)
            return Timestamp(milliseconds: seconds * 1000 + Int64(milliseconds))
        }

        private static func days(in month: Int, of year: Int) -> Int {
            switch month {
            case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
            case 4, 6, 9, 11: 30
            default: 31
            }
        }

        private mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        private mutating func digit() -> Int? {
            guard position < bytes.count, (0x30...0x39).contains(bytes[position]) else { return nil }
            position += 1
            return Int(bytes[position - 1] - 0x30)
        }

        private mutating func number(_ count: Int) -> Int? {
            var number = 0
            for _ in 0..<count {
                guard let digit = digit() else { return nil }
                number = number * 10 + digit
            }
            return number
        }

        /// Reads the hour, which Go takes with one digit too.
        private mutating func hour() -> Int? {
            guard let first = digit() else { return nil }
            return digit().map { first * 10 + $0 } ?? first
        }

        /// Reads the fraction of the second, which may be missing, in milliseconds. Further digits are dropped.
        private mutating func fraction() -> Int? {
            guard take(".") || take(",") else { return 0 }
            guard var value = digit() else { return nil }
            var count = 1
            while let digit = digit() {
                count += 1
                if count <= 3 { value = value * 10 + digit }
            }
            return value * [100, 10, 1][min(count, 3) - 1]
        }

        /// Reads the offset from UTC in seconds. As in Go, it may have 24 hours and 60 minutes.
        private mutating func offset() -> Int? {
            if take("Z") { return 0 }
            let sign = take("+") ? 1 : take("-") ? -1 : 0
            guard sign != 0, let hours = number(2), take(":"), let minutes = number(2), hours <= 24, minutes <= 60 else {
                return nil
            }
            return sign * (hours * 3600 + minutes * 60)
        }
    }
}
