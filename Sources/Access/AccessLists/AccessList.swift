/// An access list of Teleport's, as far as its owners have to be reminded to review it.
package struct AccessList: Equatable, Sendable {
    package var name: String
    package var title: String
    /// The time at which the next review is due; nil if the list is not reviewed.
    package var nextReview: Timestamp?
    /// How long before the review is due the owners are to be reminded for the first time.
    package var notice: Duration
    /// The owners whom the list itself names, without other lists.
    package var owners: [String]

    package init(name: String, title: String, nextReview: Timestamp?, notice: Duration, owners: [String]) {
        self.name = name
        self.title = title
        self.nextReview = nextReview
        self.notice = notice
        self.owners = owners
    }

    private static let week = Duration.seconds(7 * 86_400)
    private static let day = Duration.seconds(86_400)

    /// Returns the beginning of the period in which each owner is reminded once: a week, and a day once the review is overdue.
    /// Nil if it is too early.
    package func period(at now: Timestamp) -> Timestamp? {
        guard let nextReview else { return nil }
        let first = nextReview.advanced(by: .zero - max(notice, .zero))
        guard now >= first else { return nil }
        let (begin, length) = now < nextReview ? (first, Self.week) : (nextReview, Self.day)
        let passed = now.since(begin).components.seconds / length.components.seconds
        return begin.advanced(by: length * Int(clamping: passed))
    }
}

/// The owners of an access list who were reminded, with the last time of each. It is written as lines of `milliseconds owner`.
package struct RemindedOwners: Equatable, Sendable, CustomStringConvertible {
    /// The largest number of owners, which keeps the record small.
    package static let limit = 500
    private static let nameLimit = 256

    package private(set) var times: [String: Timestamp] = [:]

    package init(_ text: String) {
        for line in text.split(separator: "\n").prefix(Self.limit) {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, let time = Int64(parts[0]) else { continue }
            times[String(parts[1])] = Timestamp(milliseconds: time)
        }
    }

    /// Returns those of the owners who have not been reminded since a time, each once.
    package func untold(_ owners: [String], since period: Timestamp) -> [String] {
        var seen: Set<String> = []
        return owners.prefix(Self.limit).filter { owner in
            let isName = (1...Self.nameLimit).contains(owner.utf8.count) && !owner.contains(where: \.isNewline)
            return isName && seen.insert(owner).inserted && times[owner].map { $0 < period } ?? true
        }
    }

    /// Returns the record after these owners were reminded. Whoever is no owner any more is left out.
    package func reminding(_ told: [String], of owners: [String], at now: Timestamp) -> RemindedOwners {
        var next = self
        next.times = times.filter { owners.contains($0.key) }
        for owner in told { next.times[owner] = now }
        return next
    }

    /// Returns the record without what was noted about the owner at a time, as their message could not be sent.
    package func forgetting(_ owner: String, at time: Timestamp) -> RemindedOwners {
        var next = self
        if times[owner] == time { next.times[owner] = nil }
        return next
    }

    package var description: String {
        times.sorted { $0.key < $1.key }.map { "\($0.value.milliseconds) \($0.key)" }.joined(separator: "\n")
    }
}
