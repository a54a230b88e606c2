import Base

/// The arguments of a call, which are read with the type that the function expects.
struct Arguments {
    private let function: Function
    private let values: [Value]

    init(_ function: Function, _ values: [Value]) {
        self.function = function
        self.values = values
    }

    private func wrong(_ position: Int, _ expected: ValueType) -> RuleFault {
        .type(of: "argument \(position + 1) of \(function)", expected: expected, found: values[position].type)
    }

    func bool(_ position: Int) throws(RuleFault) -> Bool {
        guard case .bool(let flag) = values[position] else { throw wrong(position, .bool) }
        return flag
    }

    func string(_ position: Int) throws(RuleFault) -> Text {
        guard case .string(let text) = values[position] else { throw wrong(position, .string) }
        return text
    }

    func set(_ position: Int) throws(RuleFault) -> Set<Text> {
        guard case .set(let set) = values[position] else { throw wrong(position, .set) }
        return set
    }

    func map(_ position: Int) throws(RuleFault) -> [Text: Set<Text>] {
        guard case .dict(let map) = values[position] else { throw wrong(position, .dict) }
        return map
    }

    func time(_ position: Int) throws(RuleFault) -> Timestamp {
        guard case .time(let time) = values[position] else { throw wrong(position, .time) }
        return time
    }

    func version(_ position: Int) throws(RuleFault) -> SemanticVersion {
        let text = try string(position).string
        guard let version = SemanticVersion(strict: text) else {
            throw RuleFault("argument \(position + 1) of \(function) must be a version such as \"1.2.3\"")
        }
        return version
    }

    /// Returns whether a time lies between two others, or a version from one version up to another.
    func isBetween() throws(RuleFault) -> Bool {
        if case .time = values[0] { return try isBetweenTimes() }
        let (subject, first, end) = (try version(0), try version(1), try version(2))
        return first <= subject && subject < end
    }

    /// Returns whether a time lies between two others, which may be swapped and do not belong to the span.
    func isBetweenTimes() throws(RuleFault) -> Bool {
        guard values.count == 3 else { throw RuleFault("between takes 2 times, and has \(values.count - 1)") }
        let (time, first, second) = (try time(0), try time(1), try time(2))
        return min(first, second) < time && time < max(first, second)
    }

    func strings(from position: Int) throws(RuleFault) -> [Text] {
        var texts: [Text] = []
        for position in values.indices.dropFirst(position) { texts.append(try string(position)) }
        return texts
    }

    func sets() throws(RuleFault) -> [Set<Text>] {
        var sets: [Set<Text>] = []
        for position in values.indices { sets.append(try set(position)) }
        return sets
    }

    func dict() throws(RuleFault) -> Value {
        var map: [Text: Set<Text>] = [:]
        for position in values.indices {
            guard case .pair(let key, let value) = values[position] else { throw wrong(position, .pair) }
            guard case .string(let key) = key else { throw .type(of: "a key of dict", expected: .string, found: key.type) }
            guard case .set(let value) = value else { throw .type(of: "a value of dict", expected: .set, found: value.type) }
            map[key] = value
        }
        return .dict(map)
    }

    func chosen() throws(RuleFault) -> Value {
        for position in values.indices {
            guard case .option(let isChosen, let value) = values[position] else { throw wrong(position, .option) }
            if isChosen { return value }
        }
        throw RuleFault("choose has no option that is true")
    }

    /// Returns the first argument, a string or a set, with each string changed.
    func transformed(
        _ evaluation: inout Evaluation, _ change: (Text) throws(RuleFault) -> Text
    ) throws(RuleFault) -> Value {
        switch values[0] {
        case .string(let text): return .string(try change(text))
        case .set(let set):
            var result: Set<Text> = []
            for text in set {
                let changed = try change(text)
                try evaluation.spend(changed.bytes.count)
                result.insert(changed)
            }
            return .set(result)
        default: throw RuleFault("argument 1 of \(function) must be a string or a set, and is \(values[0].type.article)")
        }
    }

    func removed() throws(RuleFault) -> Value {
        let names = try strings(from: 1)
        switch values[0] {
        case .set(let set): return .set(set.subtracting(names))
        case .dict(let map): return .dict(map.filter { !names.contains($0.key) })
        default: throw wrong(0, .setOrDict)
        }
    }
}
