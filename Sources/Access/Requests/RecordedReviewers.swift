/// Who reviewed by a button, whatever they are called by now: Mattermost user ids, each with the number of reviews that the
/// request had before, `id=number,…`.
///
/// A person is entered before Teleport is told of the review, which may then come to nothing. Since reviews are only ever
/// added, such an entry is one that the request has no more reviews than.
package struct RecordedReviewers: Equatable, Sendable, CustomStringConvertible {
    /// Keeps the record small.
    package static let limit = 50

    private struct Entry: Equatable {
        var id: String
        /// Before every review where the text told none.
        var reviews: Int
    }

    private var entries: [Entry]

    package init(_ text: String) {
        entries = text.split(separator: ",").map { entry in
            let parts = entry.split(separator: "=", maxSplits: 1)
            return Entry(id: parts.first.map(String.init) ?? "", reviews: parts.count == 2 ? Int(parts[1]) ?? -1 : -1)
        }
    }

    /// - Parameter reviews: the number that the request has now.
    package func contains(_ id: String, reviews: Int) -> Bool { entries.contains { $0.id == id && $0.reviews < reviews } }

    /// With one more, in place of a review of the person's that came to nothing; nil when there is no room.
    package func adding(_ id: String, reviews: Int) -> RecordedReviewers? {
        var added = self
        added.entries.removeAll { $0.id == id && $0.reviews >= reviews }
        guard added.entries.count < Self.limit else { return nil }
        added.entries.append(Entry(id: id, reviews: reviews))
        return added
    }

    package var description: String { entries.map { "\($0.id)=\($0.reviews)" }.joined(separator: ",") }
}
