/// Makes Mattermost's ids: 128 random bits as 26 characters of its own base-32 alphabet (`model.NewId`).
package enum Identifier {
    private static let alphabet = Array("ybndrfg8ejkmcpqxot1uwisza345h769".utf8)

    package static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        let high = generator.next()
        let low = generator.next()
        // 26 digits of five bits have 130 bits, so two bits of the last digit are zero.
        return String(decoding: (0..<26).map { alphabet[digit($0, high, low)] }, as: UTF8.self)
    }

    package static func isValid(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 26 && text.utf8.allSatisfy { isAlphanumeric($0) }
    }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }

    private static func digit(_ index: Int, _ high: UInt64, _ low: UInt64) -> Int {
        (index * 5..<index * 5 + 5).reduce(0) { sum, bit in
            let word = bit < 64 ? high : low
            let value = bit < 128 ? (word >> (63 - UInt64(bit % 64))) & 1 : 0
            return sum << 1 | Int(value)
        }
    }
}
