/// The work that may still be done: about one unit for each part that is evaluated and each byte that is handled.
struct Budget {
    /// The work that the condition of one rule may take for one request.
    static let ofCondition = Budget(left: 2_000_000)
    /// The work that all conditions together may take to tell which of a request's roles they are about.
    static let ofRoles = Budget(left: 20_000_000)

    private(set) var left: Int

    mutating func spend(_ work: Int) throws(RuleFault) {
        left -= work
        guard left >= 0 else { throw RuleFault("the condition takes more work than is spent on one request", .bound) }
    }
}

/// Evaluates a program for one request, within a budget of work.
struct Evaluation {
    /// The largest size of a string that a function makes, in bytes.
    static let stringLimit = 64 << 10

    let facts: RuleFacts
    private(set) var budget: Budget

    init(_ facts: RuleFacts, _ budget: Budget = .ofCondition) {
        self.facts = facts
        self.budget = budget
    }

    /// Takes work from the budget.
    mutating func spend(_ work: Int) throws(RuleFault) { try budget.spend(work) }

    /// Evaluates a program. What variables and keys stand for is at hand and costs nothing; whoever goes through it pays.
    mutating func value(of program: Program) throws(RuleFault) -> Value {
        try spend(1)
        switch program {
        case .literal(let value): return value
        case .variable(let variable): return facts[variable]
        case .lookUp(let variable, let key):
            guard case .dict(let map) = facts[variable], case .string(let key) = try self.value(of: key) else {
                throw RuleFault("the key of \(variable.rawValue) must be a string")
            }
            try spend(key.bytes.count)
            return .set(map[key] ?? [])
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
            try spend(min(left.size, right.size))
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
