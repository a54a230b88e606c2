import Foundation
import TestSupport

/// A sample of the plugin's output in a document, which is compared with what the plugin really prints.
///
/// Words have to be the same. What differs from one set-up to another (numbers, times, hosts, paths, names with a hyphen, a dot
/// or an `@`) stands for one word of any kind, and `…` for any number of words.
struct Sample {
    struct Missing: Error, CustomStringConvertible {
        var description: String
    }

    let lines: [String]

    /// Reads the block of code in `docs/` that has a line with these words.
    init(in document: String, with words: String) throws {
        let root = Fixtures.root.deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/\(document)"), encoding: .utf8)
        let parts = text.split(separator: "```", omittingEmptySubsequences: false)
        let blocks = parts.indices.filter { $0 % 2 == 1 }.map { parts[$0].split(separator: "\n").map(String.init) }
        guard let block = blocks.first(where: { $0.contains { $0.contains(words) } }) else {
            throw Missing(description: "docs/\(document) has no sample with “\(words)”")
        }
        lines = block.filter { !$0.allSatisfy(\.isWhitespace) }
    }

    private init(lines: [String]) { self.lines = lines }

    /// Returns the sample with other words in the place of those that a test cannot bring about.
    func replacing(_ words: String, with others: String) -> Sample {
        Sample(lines: lines.map { $0.replacing(words, with: others) })
    }

    /// Returns the lines of the sample that are not among the real ones.
    func absent(from output: [String]) -> [String] {
        lines.filter { line in !output.contains { Self.agree(Self.words(line), Self.words($0)) } }
    }

    /// The words of a line. A length of time at its end may be in any units.
    private static func words(_ line: String) -> ArraySlice<Substring> {
        line.replacing(#/another \d.*$/#, with: "another").split(separator: " ")[...]
    }

    private static func agree(_ sample: ArraySlice<Substring>, _ real: ArraySlice<Substring>) -> Bool {
        guard let word = sample.first else { return real.isEmpty }
        if word == "…" {
            return (real.startIndex...real.endIndex).contains { agree(sample.dropFirst(), real[$0...]) }
        }
        guard let other = real.first, word == other || isVariable(word) else { return false }
        return agree(sample.dropFirst(), real.dropFirst())
    }

    private static func isVariable(_ word: Substring) -> Bool {
        word == "example" || word.dropLast().contains { $0.isNumber || "/@.-".contains($0) } || word.last?.isNumber == true
    }
}
