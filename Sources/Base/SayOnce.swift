/// Remembers the last problem that was told, so that one that stays the same is logged only once.
package struct SayOnce<Problem: Equatable & Sendable>: Sendable {
    /// The problem that was told last; nil once it was cleared.
    package private(set) var last: Problem?

    package init() {}

    /// Records a problem. Returns whether it differs from the last one and so has to be told.
    package mutating func isNews(_ problem: Problem) -> Bool {
        defer { last = problem }
        return last != problem
    }

    /// Records that all is well. Returns whether a problem was told before, so that its end has to be told too.
    @discardableResult
    package mutating func clear() -> Bool {
        defer { last = nil }
        return last != nil
    }
}
