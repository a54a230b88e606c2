import Synchronization

/// Controls whether a server runs, and tells whether it does and on which port.
final class PowerSwitch: Sendable {
    private enum Phase: Sendable {
        case starting
        case up(port: Int)
        case stopping
        case down
        case failed(String)
    }

    /// Yields one element for each start of the server. The first is available at once.
    let starts: AsyncStream<Void>
    private let start_: AsyncStream<Void>.Continuation
    private let stops: AsyncStream<Void>
    private let stop_: AsyncStream<Void>.Continuation
    private let state = Mutex<(phase: Phase, lastPort: Int?, pause: Duration?)>((.starting, nil, nil))
    private let bell = ChangeBell()

    init() {
        (starts, start_) = AsyncStream.makeStream(of: Void.self)
        (stops, stop_) = AsyncStream.makeStream(of: Void.self)
        start_.yield()
    }

    var lastPort: Int? { state.withLock { $0.lastPort } }

    func start() {
        let isDue = state.withLock { state in
            guard case .down = state.phase else { return false }
            state.phase = .starting
            return true
        }
        guard isDue else { return }
        start_.yield()
        bell.ring()
    }

    /// - Parameter pause: how long the server stays down before it starts again; nil to wait for a call of `start`.
    func stop(thenStartAfter pause: Duration? = nil) {
        let isDue = state.withLock { state in
            guard case .up = state.phase else { return false }
            state.phase = .stopping
            state.pause = pause
            return true
        }
        if isDue { stop_.yield() }
    }

    func waitForStop() async {
        for await _ in stops { return }
    }

    /// Waits until the pause is over and starts the server, unless it was started before.
    func startAfterPause() async {
        guard let pause = state.withLock({ $0.pause }) else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { if (try? await Task.sleep(for: pause)) != nil { self.start() } }
            group.addTask { await self.waitWhileDown() }
            await group.next()
            group.cancelAll()
        }
    }

    func isUp(port: Int) { move(to: .up(port: port), lastPort: port) }
    func isDown() { move(to: .down) }
    func failed(_ message: String) { move(to: .failed(message)) }

    /// The server's port. Waits while the server starts.
    func port() async throws -> Int {
        for await _ in bell.changes() {
            switch state.withLock({ $0.phase }) {
            case .up(let port): return port
            case .failed(let message): throw SandboxError(message)
            case .starting, .stopping, .down: continue
            }
        }
        throw CancellationError()
    }

    func waitUntilDown() async {
        for await _ in bell.changes() {
            switch state.withLock({ $0.phase }) {
            case .down, .failed: return
            case .starting, .up, .stopping: continue
            }
        }
    }

    private func waitWhileDown() async {
        for await _ in bell.changes() {
            guard case .down = state.withLock({ $0.phase }) else { return }
        }
    }

    private func move(to phase: Phase, lastPort: Int? = nil) {
        state.withLock { state in
            state.phase = phase
            state.lastPort = lastPort ?? state.lastPort
        }
        bell.ring()
    }
}
