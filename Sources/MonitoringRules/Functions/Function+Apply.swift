import Base

extension Function {
    /// The work that one more string of a set stands for, whatever its size.
    private static let partCost = 16

    /// Calls the function. Each value has the type of the signature where that was known before; otherwise it is checked here.
    func apply(_ values: [Value], _ evaluation: inout Evaluation) throws(RuleFault) -> Value {
        for value in handled(values) { try evaluation.spend(value.size) }
        let arguments = Arguments(self, values)
        switch self {
        case .set: return .set(Set(try arguments.strings(from: 0)))
        case .dict: return try arguments.dict()
        case .pair: return .pair(values[0], values[1])
        case .union: return .set(try arguments.sets().reduce(into: []) { $0.formUnion($1) })
        case .ifelse: return try arguments.bool(0) ? values[1] : values[2]
        case .option: return .option(try arguments.bool(0), values[1])
        case .choose: return try arguments.chosen()
        case .upper:
            return try arguments.transformed(&evaluation) { (text) throws(RuleFault) in
                text.mapped(\.upper)
            }
        case .lower:
            return try arguments.transformed(&evaluation) { (text) throws(RuleFault) in
                text.mapped(\.lower)
            }
        case .replaceAll:
            let (part, other) = (try arguments.string(1), try arguments.string(2))
            return try arguments.transformed(&evaluation) { (text) throws(RuleFault) in
                try text.replacing(part, with: other, limit: Evaluation.stringLimit)
            }
        case .split:
            let separator = try arguments.string(1)
            let parts = try arguments.set(0).flatMap { $0.split(by: separator) }
            try evaluation.spend(parts.count * Self.partCost)
            return .set(Set(parts))
        case .emailLocal: return .set(try EmailAddress.locals(of: arguments.set(0)))
        case .regexpMatch:
            return .bool(try RegularExpression.matches(anyOf: arguments.set(0), try arguments.string(1), &evaluation))
        case .regexpReplace:
            return .set(
                try RegularExpression.replace(
                    in: arguments.set(0), try arguments.string(1), with: try arguments.string(2), &evaluation))
        case .time: return .time(try RFC3339.time(arguments.string(0).string))
        default: return try .bool(or: self, arguments)
        }
    }

    /// Returns the arguments that the function goes through, byte by byte. The others are only passed on, or looked up in.
    private func handled(_ values: [Value]) -> ArraySlice<Value> {
        switch self {
        case .ifelse, .option, .choose, .pair, .isEmpty, .before, .after, .between, .betweenTimes: []
        case .contains, .containsAny, .containsAll: values.dropFirst()
        default: values[...]
        }
    }
}

extension Value {
    /// Calls one of the functions that compare, or one of those that change a set or a map.
    fileprivate static func bool(or function: Function, _ arguments: Arguments) throws(RuleFault) -> Value {
        switch function {
        case .before: return .bool(try arguments.time(0) < (try arguments.time(1)))
        case .after: return .bool(try arguments.time(0) > (try arguments.time(1)))
        case .between: return .bool(try arguments.isBetween())
        case .betweenTimes: return .bool(try arguments.isBetweenTimes())
        case .containsAny:
            let (whole, parts) = (try arguments.set(0), try arguments.set(1))
            return .bool(parts.contains(where: whole.contains))
        case .containsAll:
            let (whole, parts) = (try arguments.set(0), try arguments.set(1))
            return .bool(!parts.isEmpty && parts.isSubset(of: whole))
        case .isEmpty: return .bool(try arguments.set(0).isEmpty)
        case .contains: return .bool(try arguments.set(0).contains(arguments.string(1)))
        case .newerThan: return .bool(try arguments.version(0) > (try arguments.version(1)))
        case .olderThan: return .bool(try arguments.version(0) < (try arguments.version(1)))
        case .add: return .set(try arguments.set(0).union(arguments.strings(from: 1)))
        case .put:
            var map = try arguments.map(0)
            map[try arguments.string(1)] = try arguments.set(2)
            return .dict(map)
        case .addValues:
            var map = try arguments.map(0)
            map[try arguments.string(1), default: []].formUnion(try arguments.strings(from: 2))
            return .dict(map)
        case .remove: return try arguments.removed()
        default: throw RuleFault("a function is not known")
        }
    }
}
