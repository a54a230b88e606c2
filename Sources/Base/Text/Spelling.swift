/// Finds the word that the writer of a misspelt one probably meant.
package enum Spelling {
    /// Returns the candidate with the smallest distance, or nil if even that is large for the candidate's length.
    package static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        candidates
            .map { (candidate: $0, distance: distance(word.lowercased(), $0)) }
            .filter { $0.distance <= max(1, $0.candidate.count / 3) }
            .min { $0.distance < $1.distance }?
            .candidate
    }

    /// Returns the number of insertions, deletions, replacements and swaps of neighbouring bytes that turn one word into the
    /// other. Words of more than 64 bytes are not compared and count as infinitely far.
    package static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        guard left.count <= 64, right.count <= 64 else { return .max }
        var before: [Int] = []
        var last = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] { best = min(best, before[j - 1] + 1) }
                row.append(best)
            }
            (before, last) = (last, row)
        }
        return last[right.count]
    }
}
