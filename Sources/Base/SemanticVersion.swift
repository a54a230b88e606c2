/// A semantic version. Its build metadata is ignored, and versions are ordered as clause 11 of semver.org says.
package struct SemanticVersion: Comparable, Sendable, CustomStringConvertible {
    /// The first of the three numbers.
    package var major: Int { numbers[0] }
    private var numbers: [Int]
    private var preRelease: [String]

    package init(numbers: [Int], preRelease: [String]) {
        self.numbers = numbers
        self.preRelease = preRelease
    }

    /// Parses a version with all three numbers and without a `v` before them; nil for any other text.
    package init?(strict text: String) {
        let core = text.prefix { $0 != "-" && $0 != "+" }
        guard !text.hasPrefix("v"), core.split(separator: ".", omittingEmptySubsequences: false).count == 3 else { return nil }
        self.init(text)
    }

    /// Parses a version such as `7.3.2`, `v8.0.0-alpha.1` or `10.0`; nil for any other text.
    package init?(_ text: String) {
        guard text.utf8.count <= 128 else { return nil }
        let bare = (text.hasPrefix("v") ? text.dropFirst() : text[...]).prefix { $0 != "+" }
        let parts = bare.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first else { return nil }
        let numbers = first.split(separator: ".", omittingEmptySubsequences: false).map(Self.number)
        guard (1...3).contains(numbers.count), !numbers.contains(nil) else { return nil }
        self.numbers = numbers.compactMap { $0 } + Array(repeating: 0, count: 3 - numbers.count)
        guard parts.count == 2 else {
            preRelease = []
            return
        }
        preRelease = parts[1].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard !preRelease.contains("") else { return nil }
    }

    package var description: String {
        let core = numbers.map(String.init).joined(separator: ".")
        return preRelease.isEmpty ? core : core + "-" + preRelease.joined(separator: ".")
    }

    package static func < (left: Self, right: Self) -> Bool {
        for (a, b) in zip(left.numbers, right.numbers) where a != b { return a < b }
        if left.preRelease.isEmpty || right.preRelease.isEmpty {
            return !left.preRelease.isEmpty && right.preRelease.isEmpty
        }
        for (a, b) in zip(left.preRelease, right.preRelease) where a != b { return precedes(a, b) }
        return left.preRelease.count < right.preRelease.count
    }

    /// Compares two parts of a pre-release: numbers by value, words by their bytes, and any number before any word.
    private static func precedes(_ a: String, _ b: String) -> Bool {
        switch (number(a[...]), number(b[...])) {
        case (let a?, let b?): a < b
        case (_?, nil): true
        case (nil, _?): false
        case (nil, nil): a.utf8.lexicographicallyPrecedes(b.utf8)
        }
    }

    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int(text)
    }
}
