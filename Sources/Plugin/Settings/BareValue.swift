/// A value without quotes, as far as TOMLKit may see it: `true`, `-1_000`, `1.5e3`, `inf`, `1979-05-27`. No setting is a time or a
/// hexadecimal number.
enum BareValue {
    static func isPlain(_ token: ArraySlice<UInt8>) -> Bool {
        token.elementsEqual("true".utf8) || token.elementsEqual("false".utf8) || isDate(token) || isNumber(token)
    }

    private static func isDate(_ token: ArraySlice<UInt8>) -> Bool {
        token.count == 10
            && zip(token, 0...).allSatisfy { byte, at in at == 4 || at == 7 ? byte == UInt8(ascii: "-") : isDigit(byte) }
    }

    private static func isNumber(_ token: ArraySlice<UInt8>) -> Bool {
        var rest = token
        skipSign(&rest)
        if rest.elementsEqual("inf".utf8) || rest.elementsEqual("nan".utf8) { return true }
        guard skipDigits(&rest) else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            guard skipDigits(&rest) else { return false }
        }
        if let byte = rest.first, byte | 0x20 == UInt8(ascii: "e") {
            rest.removeFirst()
            skipSign(&rest)
            guard skipDigits(&rest) else { return false }
        }
        return rest.isEmpty
    }

    private static func skipSign(_ rest: inout ArraySlice<UInt8>) {
        if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
    }

    /// False where there is none.
    private static func skipDigits(_ rest: inout ArraySlice<UInt8>) -> Bool {
        guard let first = rest.first, isDigit(first) else { return false }
        rest = rest.drop { isDigit($0) || $0 == UInt8(ascii: "_") }
        return true
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
