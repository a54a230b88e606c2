/// Parses integers and floats as TOML 1.0 writes them.
enum NumberSyntax {
    /// Returns the number that a token writes, or nil if it writes none.
    ///
    /// - Throws: an error for a number that 64 bits do not hold.
    static func value(of token: [UInt8], at start: TextCursor) throws(TOMLError) -> TOMLValue.Kind? {
        if let integer = try prefixed(token, at: start) { return .integer(integer) }
        if let integer = try decimal(token, at: start) { return .integer(integer) }
        guard let float = float(token) else { return nil }
        guard float.isFinite || !token.contains(where: ASCII.isDigit) else { throw tooLarge(start) }
        return .float(float)
    }

    private static func tooLarge(_ start: TextCursor) -> TOMLError {
        start.error("this number is larger than 64 bits hold", mend: "Write a smaller one.")
    }

    /// `"0x" digits | "0o" digits | "0b" digits`, without a sign.
    private static func prefixed(_ token: [UInt8], at start: TextCursor) throws(TOMLError) -> Int64? {
        guard token.count > 2, token[0] == UInt8(ascii: "0") else { return nil }
        let base: Int64
        switch token[1] {
        case UInt8(ascii: "x"): base = 16
        case UInt8(ascii: "o"): base = 8
        case UInt8(ascii: "b"): base = 2
        default: return nil
        }
        guard let digits = digits(token[2...], base: base) else { return nil }
        return try number(digits, base: base, isNegative: false, at: start)
    }

    /// `[ sign ] ( "0" | digits that do not begin with 0 )`
    private static func decimal(_ token: [UInt8], at start: TextCursor) throws(TOMLError) -> Int64? {
        let rest = withoutSign(token[...])
        guard let digits = digits(rest, base: 10), digits.count == 1 || digits[0] != 0 else { return nil }
        return try number(digits, base: 10, isNegative: token[0] == UInt8(ascii: "-"), at: start)
    }

    private static func number(
        _ digits: [Int64], base: Int64, isNegative: Bool, at start: TextCursor
    ) throws(TOMLError) -> Int64 {
        var number: Int64 = 0
        for digit in digits {
            // Negative numbers are built downwards, because the least of them has no positive counterpart.
            let product = number.multipliedReportingOverflow(by: base)
            let sum = product.partialValue.addingReportingOverflow(isNegative ? -digit : digit)
            guard !product.overflow, !sum.overflow else { throw tooLarge(start) }
            number = sum.partialValue
        }
        return number
    }

    /// `digit { [ "_" ] digit }` as values, or nil for anything else.
    private static func digits(_ text: ArraySlice<UInt8>, base: Int64) -> [Int64]? {
        var digits: [Int64] = []
        var isAfterDigit = false
        for byte in text {
            if byte == UInt8(ascii: "_"), isAfterDigit {
                isAfterDigit = false
            } else if let value = ASCII.hexValue(byte), value < base {
                digits.append(Int64(value))
                isAfterDigit = true
            } else {
                return nil
            }
        }
        return isAfterDigit ? digits : nil
    }

    /// `[ sign ] ( "inf" | "nan" | integer [ "." digits ] [ "e" [ sign ] digits ] )`, with at least one of the last two parts.
    private static func float(_ token: [UInt8]) -> Double? {
        let unsigned = withoutSign(token[...])
        let isNegative = token.first == UInt8(ascii: "-")
        if unsigned.elementsEqual("inf".utf8) { return isNegative ? -.infinity : .infinity }
        if unsigned.elementsEqual("nan".utf8) { return .nan }
        let exponent = unsigned.firstIndex { $0 | 0x20 == UInt8(ascii: "e") }
        let mantissa = unsigned[..<(exponent ?? unsigned.endIndex)]
        if let exponent, digits(withoutSign(unsigned[(exponent + 1)...]), base: 10) == nil { return nil }
        let point = mantissa.firstIndex(of: UInt8(ascii: "."))
        if let point, digits(mantissa[(point + 1)...], base: 10) == nil { return nil }
        guard let whole = digits(mantissa[..<(point ?? mantissa.endIndex)], base: 10),
            whole.count == 1 || whole[0] != 0, point != nil || exponent != nil
        else { return nil }
        return Double(String(decoding: token.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self))
    }

    private static func withoutSign(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        text.first == UInt8(ascii: "+") || text.first == UInt8(ascii: "-") ? text.dropFirst() : text
    }
}
