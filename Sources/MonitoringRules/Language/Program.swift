/// A condition, or a part of it, whose names and types were checked.
indirect enum Program: Sendable {
    case literal(Value)
    case variable(Variable)
    /// A value of a map. A key that the map lacks has the empty set.
    case lookUp(Variable, key: Program)
    case call(Function, [Program])
    case not(Program)
    case and(Program, Program)
    case or(Program, Program)
    case equal(Program, Program, type: ValueType, isNegated: Bool)

    /// Everything that has to be looked up before the program is evaluated.
    var lookUps: Set<LookUp> {
        switch self {
        case .literal: []
        case .variable(let variable): variable.lookUp.map { [$0] } ?? []
        case .lookUp(let variable, let key): key.lookUps.union(variable.lookUp.map { [$0] } ?? [])
        case .call(_, let arguments): arguments.reduce(into: []) { $0.formUnion($1.lookUps) }
        case .not(let inner): inner.lookUps
        case .and(let left, let right), .or(let left, let right), .equal(let left, let right, _, _):
            left.lookUps.union(right.lookUps)
        }
    }
}
