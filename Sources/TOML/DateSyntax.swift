/// Recognizes dates and times as TOML 1.0 writes them, by RFC 3339. No setting has one; they are read so that an error message
/// can name them.
enum DateSyntax {
    /// Returns which of the four types a token is; nil if it is none of them, or a day or time that does not exist.
    static func kind(of token: [UInt8]) -> TOMLValue.DateKind? {
        var rest = token[...]
        guard takeDate(&rest) else { return takeTime(&rest) && rest.isEmpty ? .localTime : nil }
        guard let separator = rest.popFirst() else { return .localDate }
        guard separator | 0x20 == UInt8(ascii: "t") || separator == UInt8(ascii: " "), takeTime(&rest) else { return nil }
        if rest.isEmpty { return .localDateTime }
        return takeOffset(&rest) && rest.isEmpty ? .offsetDateTime : nil
    }

    /// `year "-" month "-" day`. Leaves the rest alone where there is no date.
    private static func takeDate(_ rest: inout ArraySlice<UInt8>) -> Bool {
        var ahead = rest
        guard let year = number(&ahead, digits: 4), skip("-", &ahead),
            let month = number(&ahead, digits: 2), (1...12).contains(month), skip("-", &ahead),
            let day = number(&ahead, digits: 2), (1...days(in: month, of: year)).contains(day)
        else { return false }
        rest = ahead
        return true
    }

    /// `hour ":" minute ":" second [ "." digits ]`; second 60 is a leap second.
    private static func takeTime(_ rest: inout ArraySlice<UInt8>) -> Bool {
        guard takeMinutes(&rest), skip(":", &rest), let second = number(&rest, digits: 2), second <= 60 else { return false }
        guard skip(".", &rest) else { return true }
        let digits = rest.prefix(while: ASCII.isDigit)
        rest = rest[digits.endIndex...]
        return !digits.isEmpty
    }

    /// `"Z" | ( "+" | "-" ) hour ":" minute`
    private static func takeOffset(_ rest: inout ArraySlice<UInt8>) -> Bool {
        if skip("Z", &rest) || skip("z", &rest) { return true }
        return (skip("+", &rest) || skip("-", &rest)) && takeMinutes(&rest)
    }

    /// `hour ":" minute`
    private static func takeMinutes(_ rest: inout ArraySlice<UInt8>) -> Bool {
        guard let hour = number(&rest, digits: 2), hour <= 23, skip(":", &rest),
            let minute = number(&rest, digits: 2), minute <= 59
        else { return false }
        return true
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func number(_ rest: inout ArraySlice<UInt8>, digits: Int) -> Int? {
        let text = rest.prefix(digits)
        guard text.count == digits, text.allSatisfy(ASCII.isDigit) else { return nil }
        rest = rest.dropFirst(digits)
        return text.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    private static func skip(_ scalar: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == UInt8(ascii: scalar) else { return false }
        rest = rest.dropFirst()
        return true
    }
}
