package import NIOCore

/// Tells the time like `ContinuousClock`, and sleeps by the timers of an event loop.
///
/// A sleep that is cancelled is forgotten at once. A cancelled `Task.sleep` stays in memory until its time is over, and its
/// timers need libdispatch's threads. While the machine is suspended a sleep stands still, as every timer of the loop does.
package struct LoopClock: Clock {
    package typealias Instant = ContinuousClock.Instant

    private let loop: any EventLoop

    package init(_ loop: any EventLoop) { self.loop = loop }

    package var now: Instant { .now }
    package var minimumResolution: Duration { .nanoseconds(1) }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        let timer = loop.scheduleTask(in: TimeAmount(deadline - now)) {}
        do {
            try await withTaskCancellationHandler {
                try await timer.futureResult.get()
            } onCancel: {
                timer.cancel()
            }
        } catch {
            throw CancellationError()
        }
    }
}
