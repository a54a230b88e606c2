/// Letters and their cases as Go's package `unicode` sees them, where each case of a letter is one letter.
extension Unicode.Scalar {
    var isLetter: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    var isDecimalDigit: Bool { properties.generalCategory == .decimalNumber }

    /// The upper case. A letter whose upper case has several letters, such as `ß`, has that of a title if it is a single one, or
    /// else stays.
    var upper: Unicode.Scalar {
        [properties.uppercaseMapping, properties.titlecaseMapping].lazy.map(\.unicodeScalars).first { $0.count == 1 }?.first
            ?? self
    }

    /// The lower case. That of `İ` is an `i` with a dot for itself, and Go drops the dot.
    var lower: Unicode.Scalar { properties.lowercaseMapping.unicodeScalars.first ?? self }
}
