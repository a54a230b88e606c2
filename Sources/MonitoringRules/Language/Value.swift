import Base

/// A value of the language of conditions.
indirect enum Value: Equatable, Sendable {
    case bool(Bool)
    case int(Int)
    case string(Text)
    case set(Set<Text>)
    /// A map of sets.
    case dict([Text: Set<Text>])
    case time(Timestamp)
    case pair(Value, Value)
    case option(Bool, Value)

    var type: ValueType {
        switch self {
        case .bool: .bool
        case .int: .int
        case .string: .string
        case .set: .set
        case .dict: .dict
        case .time: .time
        case .pair: .pair
        case .option: .option
        }
    }
}

/// The type of a value, as far as it is known before a condition is evaluated.
enum ValueType: Equatable, Sendable {
    case bool, int, string, set, dict, time, pair, option
    /// A set or a map, which both have the method `remove`.
    case setOrDict
    /// A value whose type is known only when the condition is evaluated, such as the result of `ifelse`.
    case any

    /// Returns whether a value of the other type can be used where this type is expected, as far as it is known.
    func admits(_ other: ValueType) -> Bool {
        switch (self, other) {
        case (.any, _), (_, .any): true
        case (.setOrDict, .set), (.setOrDict, .dict): true
        default: self == other
        }
    }

    /// The type with its article, for messages.
    var article: String {
        switch self {
        case .bool: "true or false"
        case .int: "a number"
        case .string: "a string"
        case .set: "a set"
        case .dict: "a map of sets"
        case .time: "a time"
        case .pair: "a pair"
        case .option: "an option"
        case .setOrDict: "a set or a map"
        case .any: "a value"
        }
    }
}
