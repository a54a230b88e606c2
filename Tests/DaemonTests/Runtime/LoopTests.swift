import NIOCore
import NIOPosix
import Testing

@testable import Daemon

/// An event loop of the test's own, with what runs tasks on it.
private struct Loop {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    var loop: any EventLoop { group.any() }
}

@Suite("Tasks on an event loop", .timeLimit(.minutes(1)))
struct LoopTests {
    @Test("Tasks and the tasks that they make run on the loop's thread")
    func thread() async throws {
        let loop = Loop()
        let isOnLoop = await withTaskExecutorPreference(LoopExecutor(loop.loop)) {
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<200 { group.addTask { loop.loop.inEventLoop } }
                return await group.reduce(loop.loop.inEventLoop) { $0 && $1 }
            }
        }
        #expect(isOnLoop)
        try await loop.group.shutdownGracefully()
    }

    @Test("Tasks of a high priority run before, and those of a low one after, all others that are ready")
    func priorities() async throws {
        let loop = Loop()
        let executor = LoopExecutor(loop.loop)
        let (done, add) = AsyncStream.makeStream(of: Int.self)
        try await loop.loop.submit {
            // The loop is busy with this until all tasks are handed in.
            for (number, priority) in [TaskPriority.utility, .medium, .utility, .high, .medium, .high].enumerated() {
                Task.detached(executorPreference: executor, priority: priority) { add.yield(number) }
            }
        }.get()
        #expect(await done.prefix(6).reduce(into: []) { $0.append($1) } == [3, 5, 1, 4, 0, 2])
        try await loop.group.shutdownGracefully()
    }

    @Test("A task that never ends leaves the loop time for its own work")
    func fairness() async throws {
        let loop = Loop()
        let endless = Task.detached(executorPreference: LoopExecutor(loop.loop)) {
            while !Task.isCancelled { await Task.yield() }
        }
        #expect(try await loop.loop.submit { true }.get())
        endless.cancel()
        await endless.value
        try await loop.group.shutdownGracefully()
    }

    @Test("A sleep ends when its time has passed, and at once when its task is cancelled")
    func sleep() async throws {
        let loop = Loop()
        let clock = LoopClock(loop.loop)
        let elapsed = try await clock.measure { try await clock.sleep(for: .milliseconds(20)) }
        #expect(elapsed >= .milliseconds(20))
        let long = Task { try await clock.sleep(for: .seconds(3600)) }
        long.cancel()
        await #expect(throws: CancellationError.self) { try await long.value }
        try await loop.group.shutdownGracefully()
    }
}
