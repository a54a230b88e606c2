/// The people who reviewed a request with a button, written as `id=number,…`: the Mattermost user id, which no renaming
/// changes, and the number of reviews that the request had before.
///
/// A person is entered before Teleport is told of the review, so the review may fail after that. Because reviews are only ever
/// added, an entry stands for a failed review if the request has no more reviews than the entry's number.
package struct RecordedReviewers: Equatable, Sendable, CustomStringConvertible {
    /// The largest number of entries, which keeps the record small.
    package static let limit = 50

    private struct Entry: Equatable {
        var id: String
        /// The number of reviews that the request had before, or -1 if the text told none.
        var reviews: Int
    }

    private var entries: [Entry]

    package init(_ text: String) {
        entries = text.split(separator: ",").map { entry in
            let parts = entry.split(separator: "=", maxSplits: 1)
            return Entry(id: parts.first.map(String.init) ?? "", reviews: parts.count == 2 ? Int(parts[1]) ?? -1 : -1)
        }
    }

    /// Returns whether the person has reviewed the request.
    ///
    /// - Parameter reviews: the number of reviews that the request has now.
    package func contains(_ id: String, reviews: Int) -> Bool { entries.contains { $0.id == id && $0.reviews < reviews } }

    /// Returns the entries with one more, which replaces that of a failed review of the same person; nil if there is no room.
    package func adding(_ id: String, reviews: Int) -> RecordedReviewers? {
        var added = self
        added.entries.removeAll { $0.id == id && $0.reviews >= reviews }
        guard added.entries.count < Self.limit else { return nil }
        added.entries.append(Entry(id: id, reviews: reviews))
        return added
    }

    package var description: String { entries.map { "\($0.id)=\($0.reviews)" }.joined(separator: ",") }
}
