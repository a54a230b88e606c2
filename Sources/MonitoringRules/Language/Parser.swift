/// Parses a condition by the grammar of Go's expressions, as far as Teleport takes them.
struct Parser {
    /// The largest number of bytes of a condition.
    static let lengthLimit = 16 << 10
    /// The largest depth of brackets and negations. It keeps the parser from filling the stack.
    static let depthLimit = 64
    /// The largest number of names, literals, operators, calls and indices of a condition. It bounds the depth of the tree too.
    static let nodeLimit = 1000

    /// A part of a condition that must be true, with its text.
    struct Conjunct: Equatable, Sendable {
        var syntax: Syntax
        var text: String
    }

    private let bytes: [UInt8]
    private let tokens: [PlacedToken]
    private var position = 0
    private var depth = 0
    private var nodes = 0

    /// Parses a condition and splits it at its outermost `&&`.
    static func conjuncts(of text: String) throws(RuleFault) -> [Conjunct] {
        guard text.utf8.count <= lengthLimit else {
            throw RuleFault("the condition has \(text.utf8.count) bytes, and \(lengthLimit) are allowed")
        }
        guard text.utf8.contains(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else {
            throw RuleFault("the condition is empty")
        }
        var parser = Parser(text, try Lexer.tokens(of: text))
        return try parser.conjuncts()
    }

    private init(_ text: String, _ tokens: [PlacedToken]) {
        bytes = Array(text.utf8)
        self.tokens = tokens
    }

    private var current: PlacedToken { tokens[min(position, tokens.count - 1)] }

    private func fault(_ words: String) -> RuleFault { RuleFault("at byte \(current.start + 1): \(words)") }

    private mutating func take(_ symbol: String) -> Bool {
        guard current.token == .symbol(symbol) else { return false }
        position += 1
        return true
    }

    private func text(from start: Int) -> String {
        String(decoding: bytes[start..<max(start, tokens[max(position - 1, 0)].end)], as: UTF8.self)
    }

    private mutating func count() throws(RuleFault) {
        nodes += 1
        guard nodes <= Self.nodeLimit else { throw fault("the condition has more than \(Self.nodeLimit) parts") }
    }

    private mutating func conjuncts() throws(RuleFault) -> [Conjunct] {
        var parts: [Conjunct] = []
        repeat {
            let start = current.start
            // What follows an `||` belongs to the same part, which is then the only one.
            let syntax = try binary(above: Syntax.Operator.and.precedence)
            if current.token == .symbol("||") {
                return [try whole()]
            }
            parts.append(Conjunct(syntax: syntax, text: text(from: start)))
        } while take("&&")
        try expectEnd()
        return parts
    }

    /// Parses the condition again, from its start, as one part.
    private mutating func whole() throws(RuleFault) -> Conjunct {
        (position, nodes) = (0, 0)
        let start = current.start
        let syntax = try binary(above: 0)
        let part = Conjunct(syntax: syntax, text: text(from: start))
        try expectEnd()
        return part
    }

    private mutating func expectEnd() throws(RuleFault) {
        if current.token == .newline { position += 1 }
        guard current.token == .end else {
            if tokens[max(position - 1, 0)].token == .newline {
                throw fault("a line may end only after an operator, a comma or an opening bracket")
            }
            throw fault("\(current.token.shown) cannot stand here")
        }
    }

    /// Parses operands and the operators between them that bind closer than `precedence`.
    private mutating func binary(above precedence: Int) throws(RuleFault) -> Syntax {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else { throw fault("there are more than \(Self.depthLimit) levels of brackets") }
        var left = try unary()
        while case .symbol(let symbol) = current.token {
            guard let operation = Syntax.Operator(rawValue: symbol) else {
                if Self.unsupported.contains(symbol) { throw fault("the operator \(symbol) is not supported") }
                return left
            }
            guard operation.precedence > precedence else { return left }
            position += 1
            try count()
            left = .binary(operation, left, try binary(above: operation.precedence))
        }
        return left
    }

    private static let unsupported: Set<String> = ["<", ">", "<=", ">=", "+", "-", "*", "/", "%", "&", "|"]

    private mutating func unary() throws(RuleFault) -> Syntax {
        var negations = 0
        while take("!") { negations += 1 }
        guard negations <= Self.depthLimit else { throw fault("there are more than \(Self.depthLimit) negations") }
        var node = try primary()
        for _ in 0..<negations { node = .not(node) }
        return node
    }

    private mutating func primary() throws(RuleFault) -> Syntax {
        var node = try operand()
        while true {
            try count()
            if take(".") {
                guard case .name(let name) = current.token else { throw fault("a name is missing after the dot") }
                position += 1
                node = .member(node, name)
            } else if take("[") {
                let key = try binary(above: 0)
                _ = take(",")
                guard take("]") else { throw fault("\"]\" is missing") }
                node = .index(node, key)
            } else if take("(") {
                node = .call(node, try arguments())
            } else {
                return node
            }
        }
    }

    private mutating func operand() throws(RuleFault) -> Syntax {
        switch current.token {
        case .name(let name):
            position += 1
            return .name(name)
        case .string(let text):
            position += 1
            return .literal(.string(text))
        case .int(let number):
            position += 1
            return .literal(.int(number))
        case .symbol("("):
            position += 1
            let inner = try binary(above: 0)
            guard take(")") else { throw fault("\")\" is missing") }
            return .group(inner)
        default: throw fault("\(current.token.shown) cannot stand here")
        }
    }

    /// Parses arguments up to the closing bracket. As in Go, a comma may follow the last one, and so may three dots, which
    /// Teleport overlooks.
    private mutating func arguments() throws(RuleFault) -> [Syntax] {
        var arguments: [Syntax] = []
        while !take(")") {
            arguments.append(try binary(above: 0))
            let isLast = take("...")
            if take(","), !isLast { continue }
            guard take(")") else { throw fault("a comma or \")\" is missing") }
            break
        }
        return arguments
    }
}
