/// The known keys of a JSON object. The raw values count from 0 in the order of ``names``, up to 63.
protocol KnownField: RawRepresentable<Int>, CaseIterable {
    static var names: [StaticString] { get }
}

/// Recognises the keys of one object. A known key that comes twice is refused, because two readers could take different values.
struct KnownFields<Field: KnownField> {
    private let names = Field.names
    /// A bit for each field that was found.
    private var seen = UInt64(0)

    /// Returns the field of a key, or nil for an unknown key.
    mutating func recognise(_ key: JSONString) throws(MalformedClick) -> Field? {
        guard let number = try number(of: key) else { return nil }
        guard seen & 1 << UInt64(number) == 0 else { throw MalformedClick(reason: "a field comes twice") }
        seen |= 1 << UInt64(number)
        return Field(rawValue: number)
    }

    /// Whether the field was found.
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
