/// A value that must never be shown. It prints as `<redacted>` wherever it is described, interpolated or dumped.
package struct Secret<Value: Sendable>: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: Value

    package init(_ value: Value) { self.value = value }

    /// The value itself, for the one call that needs it.
    package func reveal() -> Value { value }

    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
