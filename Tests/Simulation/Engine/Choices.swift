/// The source of every choice in a simulated world: which task runs next, how long a call takes, what fails, what people do.
///
/// A choice is a number below a bound, and 0 is always the harmless one: the first task, the shortest delay, no fault. So a
/// list of choices can be cut or set to zero to find a simpler story with the same end.
final class Choices: @unchecked Sendable {
    private(set) var made: [UInt32] = []
    private var generator: SplitMix64?
    private let given: [UInt32]

    /// Draws the choices at random from a seed.
    init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
        given = []
    }

    /// Repeats choices that were made before. After the last one every choice is 0.
    init(repeating given: [UInt32]) { self.given = given }

    /// A number from 0 to `bound - 1`.
    func below(_ bound: Int) -> Int {
        guard bound > 1 else { return 0 }
        let value: UInt32
        if generator != nil {
            value = UInt32(truncatingIfNeeded: (generator?.next() ?? 0) % UInt64(bound))
        } else {
            value = made.count < given.count ? given[made.count] % UInt32(bound) : 0
        }
        made.append(value)
        return Int(value)
    }

    /// Whether something happens that happens `count` times in `all`.
    func chance(_ count: Int, in all: Int) -> Bool { count > 0 && below(all) >= all - count }

    /// One of the values; the first one is the harmless one.
    func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

    /// A time in whole milliseconds, mostly short: each step of ten is as likely as the next.
    func delay(upTo longest: Duration) -> Duration {
        let most = Int(longest / .milliseconds(1))
        var bound = 10
        while bound < most, chance(1, in: 3) { bound *= 10 }
        return .milliseconds(below(min(bound, most) + 1))
    }
}

/// A small seeded generator, so that a world can be run again.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
