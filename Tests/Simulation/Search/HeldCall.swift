import Access

/// A call that is under way and takes effect when ``Order`` says so.
protocol HeldCall {
    var machine: Machine { get }
    var activity: Activity { get }
    var what: String { get }
    var call: ServerCall { get }
    /// Whether nothing that happens changes the answer, so that it does not matter when the call takes effect.
    var isFixed: Bool { get }
    /// The time after which the caller gives up.
    var limit: Duration { get }
    /// Lets the call take effect and be answered at this moment. Returns a number for the answer.
    func happen() -> Int
    func meet(_ fate: Fate)
}

/// A failure of a call.
enum CallFault: CaseIterable {
    /// The call does not arrive.
    case lost
    /// The call takes effect, and its answer does not arrive.
    case answerLost
    /// The call takes effect a second after its caller has given up.
    case late
    /// The replica is killed before the call leaves it.
    case killedBefore
    /// The replica is killed when the call has taken effect.
    case killedAfter

    /// Whether the fault of a call that changes nothing differs from the other faults of it.
    var mattersToReads: Bool { self == .lost || self == .killedBefore }
}
