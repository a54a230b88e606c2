/// The moments up to which tasks sleep, so that somebody is awake when the first waiting request is due.
///
/// A moment is added only if it is earlier than all others, so there are few of them: later ones are added when the earlier
/// ones have passed. None is taken back, because a cancelled sleep stays in memory until its end anyway. The moments are
/// durations since any fixed moment.
struct Alarms: Sendable {
    /// The moments, the latest one first.
    private var moments: [Duration] = []

    /// Adds a moment. Returns false if somebody is awake by then in any case.
    mutating func add(_ moment: Duration) -> Bool {
        if let earliest = moments.last, earliest <= moment { return false }
        moments.append(moment)
        return true
    }

    /// Removes a moment that has come.
    mutating func remove(_ moment: Duration) {
        if let index = moments.lastIndex(of: moment) { moments.remove(at: index) }
    }
}
