/// The members of an object that are looked for. The raw value counts from 0, at most 63.
protocol KnownField: RawRepresentable<Int>, CaseIterable {
    static var names: [StaticString] { get }
}

/// Recognises the keys of one object and refuses a known one that comes twice: two readers could take different ones.
struct KnownFields<Field: KnownField> {
    private let names = Field.names
    private var seen = UInt64(0)

    /// Nil for a key that nobody looks for.
    mutating func recognise(_ key: JSONString) throws(MalformedClick) -> Field? {
        guard let number = try number(of: key) else { return nil }
        guard seen & 1 << UInt64(number) == 0 else { throw MalformedClick(reason: "a field comes twice") }
        seen |= 1 << UInt64(number)
        return Field(rawValue: number)
    }

    func holds(_ field: Field) -> Bool { seen & 1 << UInt64(field.rawValue) != 0 }

    private func number(of key: JSONString) throws(MalformedClick) -> Int? {
        if key.isEscaped {
            let text = try key.value(limit: .max)
            return names.firstIndex { $0.description == text }
        }
        for number in names.indices where key.equals(names[number]) { return number }
        return nil
    }
}
