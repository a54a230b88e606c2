/// A token of a condition. The language has the tokens of Go's expressions.
enum Token: Equatable, Sendable {
    case name(String)
    case string(Text)
    case int(Int)
    /// An operator, a bracket, a comma or a dot.
    case symbol(String)
    /// The end of a line after a token that can end an expression. Go takes it for the end of the expression.
    case newline
    case end

    /// Whether Go ends the expression at a line's end after this token.
    var canEnd: Bool {
        switch self {
        case .name, .string, .int, .symbol(")"), .symbol("]"): true
        case .symbol, .newline, .end: false
        }
    }

    /// The token as messages show it.
    var shown: String {
        switch self {
        case .name(let name): "\"\(name)\""
        case .string: "a string"
        case .int(let number): "\(number)"
        case .symbol(let symbol): "\"\(symbol)\""
        case .newline: "the end of a line"
        case .end: "the end"
        }
    }
}

/// A token with its place in the condition, in bytes.
struct PlacedToken: Equatable, Sendable {
    var token: Token
    var start: Int
    var end: Int
}
