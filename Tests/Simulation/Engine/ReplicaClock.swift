import Access

/// The clocks of one replica's machine. The wall clock differs from the world's and can be set, and both of its clocks run a
/// little too fast or too slow.
///
/// As the product does, the replica takes its time from the dates in Mattermost's answers, to the second.
final class ReplicaClock: @unchecked Sendable {
    private let scheduler: Scheduler
    private let begun: Duration
    /// How much the clock gains, in millionths.
    private let drift: Int
    /// What the wall clock is ahead of the world's, apart from the drift.
    private var difference: Duration
    /// What the replica believes Mattermost's clock to be ahead of its own.
    private var believed = Duration.zero

    init(_ scheduler: Scheduler, difference: Duration, drift: Int) {
        self.scheduler = scheduler
        self.difference = difference
        self.drift = drift
        begun = scheduler.now
    }

    /// The time since the process began, by a clock that never jumps.
    var elapsed: Duration {
        let time = scheduler.now - begun
        return drift == 0 ? time : time + time * drift / 1_000_000
    }

    private var wall: Timestamp { World.epoch.advanced(by: begun + elapsed + difference) }

    /// The time by Mattermost's clock, as far as the replica knows it.
    var now: Timestamp { wall.advanced(by: believed) }

    /// Sets the wall clock forward or back.
    func step(by change: Duration) { difference += change }

    /// Notes the date of an answer of Mattermost's.
    func saw(_ date: Timestamp) { believed = .seconds(date.milliseconds / 1000 - wall.milliseconds / 1000) }

    /// Returns how much time of the world passes while this much passes here.
    func worldTime(of time: Duration) -> Duration { drift == 0 ? time : time - time * drift / 1_000_000 }
}

/// The clock of a replica, as the plugin's timers use it.
struct SimulatedClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration

        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    let scheduler: Scheduler
    let clock: ReplicaClock
    let machine: Machine

    var now: Instant { Instant(offset: clock.elapsed) }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        if scheduler.isOver { throw CancellationError() }
        let waiter = Waiter<Bool>()
        let isOver = await waiter.value(ifCancelled: false) {
            // A moment is added so that the sleep is not over too early by the rounding.
            let time = clock.worldTime(of: deadline.offset - clock.elapsed) + .microseconds(1)
            scheduler.after(
                time, mark: machine.mark(Activity.current), while: { [machine] in waiter.isWaiting && !machine.isHeld },
                { [scheduler] in waiter.resume(!scheduler.isOver) })
        }
        if !isOver { throw CancellationError() }
    }
}
