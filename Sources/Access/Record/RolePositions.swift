/// Some of the roles of a request, by their positions. A request can have thousands of roles, so neighbours are kept as spans.
package struct RolePositions: Equatable, Sendable, CustomStringConvertible, ExpressibleByArrayLiteral {
    /// All roles of the request. A request without roles has them too: what it asks for counts as its only role.
    package static let all = RolePositions(spans: [0...Int.max])

    /// The largest number of spans. It bounds the record of a request; what is beyond it is left out.
    private static let limit = 200

    /// The positions in ascending order, with a gap between any two spans.
    private let spans: [ClosedRange<Int>]

    private init(spans: [ClosedRange<Int>]) { self.spans = spans }

    /// - Parameters:
    ///   - positions: the positions, counted from 0, in ascending order and each once.
    ///   - count: the number of the request's roles.
    package init(_ positions: [Int], of count: Int) {
        var spans: [ClosedRange<Int>] = []
        for position in positions {
            if let last = spans.last, last.upperBound == position - 1 {
                spans[spans.count - 1] = last.lowerBound...position
            } else {
                spans.append(position...position)
            }
        }
        self = spans == [0...max(count - 1, 0)] ? .all : Self(spans: Array(spans.prefix(Self.limit)))
    }

    package init(arrayLiteral positions: Int...) { self.init(positions, of: .max) }

    /// Parses ``description``. What cannot be read is left out.
    package init(_ text: some StringProtocol) {
        guard text != "*" else {
            self = .all
            return
        }
        spans = text.split(separator: ",").prefix(Self.limit).compactMap { span in
            let ends = span.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], 0 <= first, first <= last
            else { return nil }
            return first...last
        }
    }

    /// The positions as the record has them: `*` for all, or `0,2-5`.
    package var description: String {
        if self == .all { return "*" }
        return spans.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
    }

    package func contains(_ position: Int) -> Bool { spans.contains { $0.contains(position) } }
}
