/// A node of a condition's syntax tree, before names and types are checked.
indirect enum Syntax: Equatable, Sendable {
    case literal(Value)
    case name(String)
    /// A name after a dot.
    case member(Syntax, String)
    case index(Syntax, Syntax)
    case call(Syntax, [Syntax])
    case not(Syntax)
    case binary(Operator, Syntax, Syntax)
    /// An expression in parentheses.
    case group(Syntax)

    enum Operator: String, Sendable {
        case or = "||"
        case and = "&&"
        case equal = "=="
        case unequal = "!="

        /// The precedence in Go: the larger it is, the closer the operator binds.
        var precedence: Int {
            switch self {
            case .or: 1
            case .and: 2
            case .equal, .unequal: 3
            }
        }
    }

    /// The names of a chain such as `access_request.spec.roles`; nil if there is anything else in it.
    var path: [String]? {
        switch self {
        case .name(let name): [name]
        case .member(let base, let name): base.path.map { $0 + [name] }
        default: nil
        }
    }
}
