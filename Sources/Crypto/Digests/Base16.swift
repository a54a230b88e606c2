/// Hexadecimal text: two lower-case digits for each byte.
package enum Base16 {
    package static func text(of byte: UInt8) -> String {
        let text = String(byte, radix: 16)
        return byte < 16 ? "0" + text : text
    }
}
