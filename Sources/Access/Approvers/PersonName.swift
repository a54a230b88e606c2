/// A person's name or address, for comparing: it is better to take two people for one than one for two.
///
/// Swift compares strings by canonical equivalence. Capital letters are folded besides, full-width forms are written as ASCII, and
/// characters that nobody sees are left out. The standard library has no compatibility forms (UAX #15, NFKC) beyond that: a
/// name with one of those may be anybody's.
enum PersonName {
    static func folded(_ name: String) -> String {
        var visible = String.UnicodeScalarView()
        for scalar in name.unicodeScalars where !scalar.properties.isDefaultIgnorableCodePoint {
            visible.append(narrow(scalar))
        }
        // Twice, as small letters have one capital form where capital letters have several small ones: "ß" and "ss", "ſ" and "s".
        return String(visible).uppercased().lowercased()
    }

    /// Whether another way of writing the name could be somebody's user name or address.
    static func isUnclear(_ name: String) -> Bool {
        folded(name).unicodeScalars.contains { scalar in compatibilityForms.contains { $0.contains(scalar.value) } }
    }

    private static func narrow(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard (0xFF01...0xFF5E).contains(scalar.value) else { return scalar }
        return Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
    }

    /// Blocks of Unicode whose characters stand for others: superscripts, letter-like symbols, ligatures, mathematical letters.
    private static let compatibilityForms: [ClosedRange<UInt32>] = [
        0xA0...0xA0, 0xA8...0xBF, 0x132...0x133, 0x13F...0x140, 0x149...0x149, 0x1C4...0x1CC, 0x1F1...0x1F3, 0x2B0...0x2E4,
        0x1D2C...0x1D6A, 0x1D78...0x1DBF, 0x2000...0x203F, 0x2047...0x20A8, 0x2100...0x218F, 0x2460...0x24FF, 0x2C7C...0x2C7D,
        0x3000...0x33FF, 0xA69C...0xA69D, 0xA770...0xA770, 0xAB5C...0xAB69, 0xF900...0xFDFF, 0xFE10...0xFE6F, 0xFF00...0xFFEF,
        0x10780...0x107BA, 0x1D400...0x1D7FF, 0x1EE00...0x1EEFF, 0x1F100...0x1F2FF, 0x1FBF0...0x1FBF9, 0x2F800...0x2FA1F,
    ]
}
