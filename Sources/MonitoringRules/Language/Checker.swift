/// Checks the names and types of a syntax tree, as Teleport does before it evaluates anything. A wrong name in a part that would
/// never be reached is therefore found too.
enum Checker {
    typealias Checked = (program: Program, type: ValueType)

    static func check(_ syntax: Syntax) throws(RuleFault) -> Checked {
        switch syntax {
        case .literal(let value): return (.literal(value), value.type)
        case .group(let inner): return try check(inner)
        case .name, .member: return try name(syntax)
        case .index(let base, let key): return try index(base, key)
        case .call(let callee, let arguments): return try call(callee, arguments)
        case .not(let inner): return (.not(try check(inner, as: .bool, "what follows !")), .bool)
        case .binary(let operation, let left, let right): return try binary(operation, left, right)
        }
    }

    /// Checks a part whose type is expected.
    static func check(_ syntax: Syntax, as type: ValueType, _ part: String) throws(RuleFault) -> Program {
        try accept(try check(syntax), as: type, part)
    }

    private static func accept(_ checked: Checked, as type: ValueType, _ part: String) throws(RuleFault) -> Program {
        guard type.admits(checked.type) else { throw .type(of: part, expected: type, found: checked.type) }
        return checked.program
    }

    private static func name(_ syntax: Syntax) throws(RuleFault) -> Checked {
        guard let path = syntax.path else { throw RuleFault("a name can follow only a name, unless it is a method's") }
        switch path {
        case ["true"]: return (.literal(.bool(true)), .bool)
        case ["false"]: return (.literal(.bool(false)), .bool)
        default: break
        }
        guard let (variable, key) = Variable.find(path) else {
            throw RuleFault("there is no variable \"\(path.joined(separator: "."))\"")
        }
        guard let key else { return (.variable(variable), variable.type) }
        return (.lookUp(variable, key: .literal(.string(Text(key)))), .set)
    }

    private static func index(_ base: Syntax, _ key: Syntax) throws(RuleFault) -> Checked {
        guard case .variable(let variable) = try check(base).program, variable.type == .dict else {
            throw RuleFault("only a variable that is a map can have [ ] after it")
        }
        return (.lookUp(variable, key: try check(key, as: .string, "the key of \(variable.rawValue)")), .set)
    }

    private static func call(_ callee: Syntax, _ arguments: [Syntax]) throws(RuleFault) -> Checked {
        switch callee {
        case .name(let name):
            guard let function = Function(function: name) else { throw RuleFault("there is no function \"\(name)\"") }
            return try apply(function, name, arguments)
        case .member(let base, let name):
            // A function with a dot in its name comes before a method.
            if case .name(let module) = base, let function = Function(function: "\(module).\(name)") {
                return try apply(function, "\(module).\(name)", arguments)
            }
            guard let method = Function(method: name) else { throw RuleFault("there is no method or function \"\(name)\"") }
            return try apply(method, name, [base] + arguments)
        default: throw RuleFault("only a name can have ( ) after it")
        }
    }

    private static func apply(_ function: Function, _ name: String, _ arguments: [Syntax]) throws(RuleFault) -> Checked {
        let signature = function.signature
        let isEnough = arguments.count >= signature.parameters.count
        guard isEnough, signature.rest != nil || arguments.count == signature.parameters.count else {
            throw RuleFault("\(name) takes \(signature.count) arguments, and has \(arguments.count)")
        }
        var programs: [Program] = []
        for (position, argument) in arguments.enumerated() {
            let type = position < signature.parameters.count ? signature.parameters[position] : signature.rest ?? .any
            programs.append(try check(argument, as: type, "argument \(position + 1) of \(name)"))
        }
        return (.call(function, programs), signature.result)
    }

    private static func binary(
        _ operation: Syntax.Operator, _ left: Syntax, _ right: Syntax
    ) throws(RuleFault) -> Checked {
        let words = { (side: String) in "the \(side) side of \(operation.rawValue)" }
        switch operation {
        case .and: return (.and(try check(left, as: .bool, words("left")), try check(right, as: .bool, words("right"))), .bool)
        case .or: return (.or(try check(left, as: .bool, words("left")), try check(right, as: .bool, words("right"))), .bool)
        case .equal, .unequal:
            let (left, right) = (try check(left), try check(right))
            // Where the type of the left side is not known, that of the right side decides.
            let type = left.type == .any ? right.type : left.type
            guard type == .string || type == .int else {
                throw RuleFault("\(operation.rawValue) compares strings or numbers, and not \(type.article)")
            }
            let equal = Program.equal(
                try accept(left, as: type, words("left")), try accept(right, as: type, words("right")), type: type,
                isNegated: operation == .unequal)
            return (equal, .bool)
        }
    }
}
