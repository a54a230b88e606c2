/// Folds the name or address of a person, so that different spellings of it compare as equal. It is safer to take two people
/// for one than one person for two, because nobody should approve their own request unnoticed.
///
/// Swift compares strings by canonical equivalence. In addition, this type ignores case, writes full-width forms as ASCII, and
/// leaves out invisible characters. Further compatibility forms (NFKC in UAX #15) are not in the standard library, so
/// ``isUnclear(_:)`` tells whether a name contains any.
enum PersonName {
    /// Returns the form of a name by which it is compared.
    static func folded(_ name: String) -> String {
        var visible = String.UnicodeScalarView()
        for scalar in name.unicodeScalars where !scalar.properties.isDefaultIgnorableCodePoint {
            visible.append(narrow(scalar))
        }
        // Upper case comes first because several small letters can have the same capital form: "ß" and "ss", "ſ" and "s".
        return String(visible).uppercased().lowercased()
    }

    /// Returns whether the name has compatibility characters, so that another spelling of it may be somebody's user name or
    /// address.
    static func isUnclear(_ name: String) -> Bool {
        folded(name).unicodeScalars.contains { scalar in compatibilityForms.contains { $0.contains(scalar.value) } }
    }

    private static func narrow(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard (0xFF01...0xFF5E).contains(scalar.value) else { return scalar }
        return Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
    }

    /// Unicode blocks of compatibility characters, which stand for other characters: superscripts, letter-like symbols,
    /// ligatures, mathematical letters.
    private static let compatibilityForms: [ClosedRange<UInt32>] = [
        0xA0...0xA0, 0xA8...0xBF, 0x132...0x133, 0x13F...0x140, 0x149...0x149, 0x1C4...0x1CC, 0x1F1...0x1F3, 0x2B0...0x2E4,
        0x1D2C...0x1D6A, 0x1D78...0x1DBF, 0x2000...0x203F, 0x2047...0x20A8, 0x2100...0x218F, 0x2460...0x24FF, 0x2C7C...0x2C7D,
        0x3000...0x33FF, 0xA69C...0xA69D, 0xA770...0xA770, 0xAB5C...0xAB69, 0xF900...0xFDFF, 0xFE10...0xFE6F, 0xFF00...0xFFEF,
        0x10780...0x107BA, 0x1D400...0x1D7FF, 0x1EE00...0x1EEFF, 0x1F100...0x1F2FF, 0x1FBF0...0x1FBF9, 0x2F800...0x2FA1F,
    ]
}
