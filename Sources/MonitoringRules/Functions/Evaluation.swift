/// Evaluates a program for one request, within a budget of work.
struct Evaluation {
    /// The work that one condition may take: about one unit for each part that is evaluated and each byte that is handled.
    static let budget = 1_000_000
    /// The largest size of a string that a function makes, in bytes.
    static let stringLimit = 64 << 10

    let facts: RuleFacts
    private(set) var left: Int

    init(_ facts: RuleFacts, budget: Int = Self.budget) {
        self.facts = facts
        left = budget
    }

    /// Takes work from the budget.
    mutating func spend(_ work: Int) throws(RuleFault) {
        left -= work
        guard left >= 0 else { throw RuleFault("the condition takes more work than is spent on one rule") }
    }

    mutating func value(of program: Program) throws(RuleFault) -> Value {
        try spend(1)
        switch program {
        case .literal(let value): return value
        case .variable(let variable):
            let value = facts.value(of: variable)
            try spend(value.size)
            return value
        case .lookUp(let variable, let key):
            guard case .dict(let map) = facts.value(of: variable), case .string(let key) = try self.value(of: key) else {
                throw RuleFault("the key of \(variable.rawValue) must be a string")
            }
            let values = map[key] ?? []
            try spend(Value.dict(map).size)
            return .set(values)
        case .call(let function, let arguments):
            var values: [Value] = []
            for argument in arguments { values.append(try value(of: argument)) }
            return try function.apply(values, &self)
        case .not(let inner): return .bool(!(try bool(of: inner)))
        case .and(let left, let right): return .bool(try bool(of: left) ? try bool(of: right) : false)
        case .or(let left, let right): return .bool(try bool(of: left) ? true : try bool(of: right))
        case .equal(let left, let right, let type, let isNegated):
            let (left, right) = (try value(of: left), try value(of: right))
            guard left.type == type, right.type == type else {
                throw .type(of: "each side of a comparison", expected: type, found: left.type == type ? right.type : left.type)
            }
            return .bool((left == right) != isNegated)
        }
    }

    private mutating func bool(of program: Program) throws(RuleFault) -> Bool {
        let value = try value(of: program)
        guard case .bool(let flag) = value else {
            throw .type(of: "what !, && or || stands beside", expected: .bool, found: value.type)
        }
        return flag
    }
}

extension Value {
    /// The size of the value in bytes and parts, by which the work with it is measured.
    var size: Int {
        switch self {
        case .bool, .int, .time: 1
        case .string(let text): 1 + text.bytes.count
        case .set(let set): set.reduce(1) { $0 + 1 + $1.bytes.count }
        case .dict(let map): map.reduce(1) { $0 + 1 + $1.key.bytes.count + Value.set($1.value).size }
        case .pair(let first, let second): 1 + first.size + second.size
        case .option(_, let value): 1 + value.size
        }
    }
}
