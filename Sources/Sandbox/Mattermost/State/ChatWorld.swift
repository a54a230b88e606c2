import FoundationEssentials
import Synchronization

/// The state with its lock, and a bell that rings on every change. It outlives restarts of the server.
package final class ChatWorld: Sendable {
    private let state: Mutex<ChatState>
    private let clock: @Sendable () -> Int64
    package let bell = ChangeBell()

    /// - Parameter clock: returns milliseconds since 1970.
    package init(_ state: ChatState, clock: @escaping @Sendable () -> Int64 = ChatWorld.systemTime) {
        self.state = Mutex(state)
        self.clock = clock
    }

    package var now: Int64 { clock() }

    package func read<Value>(_ body: (borrowing ChatState) throws(AppError) -> sending Value) throws(AppError) -> sending Value
    {
        try state.withLock { state throws(AppError) in try body(state) }
    }

    /// Changes the state, and rings the bell afterwards.
    package func change<Value>(
        _ body: (inout ChatState, _ now: Int64) throws(AppError) -> sending Value
    ) throws(AppError) -> sending Value {
        let now = clock()
        let value = try state.withLock { state throws(AppError) in try body(&state, now) }
        bell.ring()
        return value
    }

    package static let systemTime: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1000) }
}
