/// The functions and methods of the language. A method is a function whose first argument stands before the dot.
enum Function: Sendable, CaseIterable {
    case set, dict, pair, union, ifelse, choose, option
    case upper, lower, replaceAll, split, emailLocal, regexpMatch, regexpReplace
    case time, before, after
    /// The function compares times or versions, and the method times alone.
    case between, betweenTimes
    case containsAny, containsAll, isEmpty
    case newerThan, olderThan
    case add, contains, put, addValues, remove

    /// The types of a function's arguments and of its result.
    struct Signature {
        var parameters: [ValueType]
        /// The type of any number of further arguments; nil if there are none.
        var rest: ValueType?
        var result: ValueType

        init(_ parameters: [ValueType], rest: ValueType? = nil, _ result: ValueType) {
            self.parameters = parameters
            self.rest = rest
            self.result = result
        }

        /// The number of arguments, for messages.
        var count: String { rest == nil ? "\(parameters.count)" : "\(parameters.count) or more" }
    }

    /// Finds a function by its name.
    init?(function name: String) {
        guard let found = Self.functions[name] else { return nil }
        self = found
    }

    /// Finds a method by its name. `contains` and the methods that change sets and maps are no functions, and the method is
    /// `isempty` where the function is `is_empty`.
    init?(method name: String) {
        guard let found = Self.methods[name] else { return nil }
        self = found
    }

    private static let functions: [String: Function] = [
        "set": .set, "dict": .dict, "pair": .pair, "union": .union, "ifelse": .ifelse, "choose": .choose, "option": .option,
        "strings.upper": .upper, "strings.lower": .lower, "strings.replaceall": .replaceAll, "strings.split": .split,
        "email.local": .emailLocal, "regexp.match": .regexpMatch, "regexp.replace": .regexpReplace, "time.RFC3339": .time,
        "before": .before, "after": .after, "between": .between, "contains_any": .containsAny, "contains_all": .containsAll,
        "is_empty": .isEmpty, "newer_than": .newerThan, "older_than": .olderThan,
    ]

    private static let methods: [String: Function] = [
        "add": .add, "contains": .contains, "put": .put, "add_values": .addValues, "remove": .remove, "before": .before,
        "after": .after, "between": .betweenTimes, "contains_any": .containsAny, "contains_all": .containsAll,
        "isempty": .isEmpty,
    ]

    var signature: Signature {
        switch self {
        case .set: Signature([], rest: .string, .set)
        case .dict: Signature([], rest: .pair, .dict)
        case .pair: Signature([.any, .any], .pair)
        case .union: Signature([], rest: .set, .set)
        case .ifelse: Signature([.bool, .any, .any], .any)
        case .choose: Signature([], rest: .option, .any)
        case .option: Signature([.bool, .any], .option)
        case .upper, .lower: Signature([.any], .any)
        case .replaceAll: Signature([.any, .string, .string], .any)
        case .split: Signature([.set, .string], .set)
        case .emailLocal: Signature([.set], .set)
        case .regexpMatch: Signature([.set, .string], .bool)
        case .regexpReplace: Signature([.set, .string, .string], .set)
        case .time: Signature([.string], .time)
        case .before, .after: Signature([.time, .time], .bool)
        case .between: Signature([.any, .any, .any], .bool)
        case .betweenTimes: Signature([.time], rest: .time, .bool)
        case .containsAny, .containsAll: Signature([.set, .set], .bool)
        case .isEmpty: Signature([.set], .bool)
        case .newerThan, .olderThan: Signature([.any, .any], .bool)
        case .add: Signature([.set], rest: .string, .set)
        case .contains: Signature([.set, .string], .bool)
        case .put: Signature([.dict, .string, .set], .dict)
        case .addValues: Signature([.dict, .string], rest: .string, .dict)
        case .remove: Signature([.setOrDict], rest: .string, .any)
        }
    }
}
