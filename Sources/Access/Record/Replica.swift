/// The name under which one process of the plugin writes its claims.
package enum Replica {
    /// A name that no other process has: 64 random bits.
    package static func newName() -> String { String(UInt64.random(in: .min ... .max), radix: 36) }
}
