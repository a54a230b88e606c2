internal import Base

/// Parses durations as Go writes them, `90s`, `1m` or `1h30m`, because the configurations in Teleport's guides have this form.
enum GoDuration {
    private static let allowed = Duration.seconds(1)...Duration.seconds(24 * 3600)

    /// Returns a duration that a setting may have, from one second to a day.
    static func checked(_ value: String) throws(SettingFault) -> Duration {
        guard let duration = parse(value), allowed.contains(duration) else {
            throw SettingFault(
                "\"\(OneLine.bounded(value, 64))\" is no time from 1s to 24h.", mend: "Write it as 30s, 1m or 1h30m.")
        }
        return duration
    }

    /// Parses a duration; nil for other texts, and for fractions and units below a second, which no setting needs.
    static func parse(_ text: String) -> Duration? {
        guard (1...32).contains(text.utf8.count) else { return nil }
        var seconds: Int64 = 0
        var number: Int64?
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digit = Int64(byte - UInt8(ascii: "0"))
                guard number ?? 0 < 1_000_000_000 else { return nil }
                number = (number ?? 0) * 10 + digit
            default:
                guard let count = number, let unit = unit(byte) else { return nil }
                seconds += count * unit
                number = nil
            }
        }
        return number == nil ? .seconds(seconds) : nil
    }

    private static func unit(_ byte: UInt8) -> Int64? {
        switch byte {
        case UInt8(ascii: "h"): 3600
        case UInt8(ascii: "m"): 60
        case UInt8(ascii: "s"): 1
        default: nil
        }
    }
}
