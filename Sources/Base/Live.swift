import Synchronization

/// Holds a value that is replaced as a whole while other threads read it, such as the configuration. A piece of work reads it
/// once, at its beginning, so that it sees the same value until its end. Reading takes an uncontended lock, and never waits for
/// whoever makes the next value.
package final class Live<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    package init(_ value: Value) { self.value = Mutex(value) }

    package var current: Value { value.withLock { $0 } }

    package func replace(with new: Value) { value.withLock { $0 = new } }
}
