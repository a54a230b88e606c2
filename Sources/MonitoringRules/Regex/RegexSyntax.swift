/// A node of a regular expression.
indirect enum RegexSyntax: Sendable {
    case empty
    case characters(CharacterClass)
    case anchor(Anchor)
    case sequence([RegexSyntax])
    /// The first alternative that matches is taken.
    case alternatives([RegexSyntax])
    case group(RegexSyntax, number: Int)
    case repetition(RegexSyntax, least: Int, most: Int?, isGreedy: Bool)

    enum Anchor: Sendable {
        case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary
    }

    /// Returns whether the counts of repetitions that lie within one another multiply to no more than `limit`. Go has the same
    /// rule, because the parts of a repetition are written out.
    func repeats(atMost limit: Int) -> Bool {
        switch self {
        case .empty, .characters, .anchor: return true
        case .sequence(let parts), .alternatives(let parts): return parts.allSatisfy { $0.repeats(atMost: limit) }
        case .group(let inner, _): return inner.repeats(atMost: limit)
        case .repetition(let inner, let least, let most, _):
            let count = most ?? least
            return count == 0 && most != nil || count <= limit && inner.repeats(atMost: limit / max(count, 1))
        }
    }

    /// Whether the part can match nothing at all.
    var canBeEmpty: Bool {
        switch self {
        case .empty, .anchor: true
        case .characters: false
        case .sequence(let parts): parts.allSatisfy(\.canBeEmpty)
        case .alternatives(let parts): parts.contains(where: \.canBeEmpty)
        case .group(let inner, _): inner.canBeEmpty
        case .repetition(let inner, let least, _, _): least == 0 || inner.canBeEmpty
        }
    }
}

/// A set of characters.
struct CharacterClass: Sendable {
    var ranges: [ClosedRange<UInt32>] = []
    var isNegated = false
    var ignoresCase = false

    init(_ ranges: [ClosedRange<UInt32>], isNegated: Bool = false, ignoresCase: Bool = false) {
        self.ranges = ranges
        self.isNegated = isNegated
        self.ignoresCase = ignoresCase
    }

    init(_ scalar: Unicode.Scalar, ignoresCase: Bool) {
        self.init([scalar.value...scalar.value], ignoresCase: ignoresCase)
    }

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        var isIn = has(scalar.value)
        if !isIn, ignoresCase {
            // Some letters have several lower cases, such as the `s` of old print, so each way there and back is gone.
            let (upper, lower) = (scalar.upper, scalar.lower)
            isIn = has(upper.value) || has(lower.value) || has(upper.lower.value) || has(lower.upper.value)
        }
        return isIn != isNegated
    }

    private func has(_ value: UInt32) -> Bool { ranges.contains { $0.contains(value) } }

    /// The ranges of all characters that the class does not have.
    static func inverted(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var inverted: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > next { inverted.append(next...(range.lowerBound - 1)) }
            next = max(next, range.upperBound + 1)
        }
        if next <= 0x10FFFF { inverted.append(next...0x10FFFF) }
        return inverted
    }

    static let digits: [ClosedRange<UInt32>] = [0x30...0x39]
    static let blanks: [ClosedRange<UInt32>] = [0x09...0x0A, 0x0C...0x0D, 0x20...0x20]
    static let words: [ClosedRange<UInt32>] = [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]
    /// The letters outside ASCII that are cases of an `s` and a `k`.
    static let oldLetters: [ClosedRange<UInt32>] = [0x17F...0x17F, 0x212A...0x212A]
    /// The classes of POSIX, by name.
    static let named: [String: [ClosedRange<UInt32>]] = [
        "alnum": [0x30...0x39, 0x41...0x5A, 0x61...0x7A], "alpha": [0x41...0x5A, 0x61...0x7A], "ascii": [0...0x7F],
        "blank": [0x09...0x09, 0x20...0x20], "cntrl": [0...0x1F, 0x7F...0x7F], "digit": digits, "graph": [0x21...0x7E],
        "lower": [0x61...0x7A], "print": [0x20...0x7E], "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E],
        "space": [0x09...0x0D, 0x20...0x20], "upper": [0x41...0x5A], "word": words,
        "xdigit": [0x30...0x39, 0x41...0x46, 0x61...0x66],
    ]
}
