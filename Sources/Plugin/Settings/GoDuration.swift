/// A time as Go writes it, which the guides' configurations do: `90s`, `1m`, `1h30m`.
enum GoDuration {
    /// Nil for what is none, and for fractions and units below a second, which no setting here needs.
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
