import TOML

/// Checks that a TOML text is either refused with a position in it, or read, and that it has the same values when it is written
/// and read again.
func fuzzTOML(_ input: UnsafeRawBufferPointer) {
    let lines = input.reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
    do throws(TOMLError) {
        let table = try TOMLTable(parsing: Array(input))
        let text = Rewritten.text(table)
        guard text.utf8.count < TOMLLimits().bytes else { return }
        var limits = TOMLLimits()
        // An array of tables needs one more level when it is written in one line.
        limits.depth *= 2
        let again = try? TOMLTable(parsing: Array(text.utf8), limits: limits)
        must(again.map(Rewritten.text) == text, "read differently once written: \(text)")
        for position in table.entries.flatMap({ [$0.position, $0.value.position] }) {
            must((1...lines).contains(position.line) && position.column >= 1, "no place in the text: \(position)")
        }
    } catch {
        must((1...lines).contains(error.position.line) && error.position.column >= 1, "no place in the text: \(error)")
        must(!error.message.isEmpty && error.mend.hasSuffix(".") || error.mend.hasSuffix("?"), "an error without words")
    }
}

/// Writes values in the simplest form, with every name and string in quotation marks and every table on one line.
private enum Rewritten {
    static func text(_ table: TOMLTable) -> String {
        table.entries.map { "\(quoted($0.name)) = \(text($0.value))\n" }.joined()
    }

    private static func text(_ value: TOMLValue) -> String {
        switch value.kind {
        case .string(let text): quoted(text)
        case .integer(let number): "\(number)"
        case .float(let number): "\(number)".contains { ".en".contains($0) } ? "\(number)" : "\(number).0"
        case .boolean(let flag): "\(flag)"
        case .date(_, let text): text
        case .array(let values): "[\(values.map(text).joined(separator: ", "))]"
        case .table(let table):
            "{\(table.entries.map { "\(quoted($0.name)) = \(text($0.value))" }.joined(separator: ", "))}"
        }
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar -> String in
            if scalar == "\"" || scalar == "\\" { return "\\\(scalar)" }
            guard scalar.value < 0x20 || scalar.value == 0x7F else { return String(Character(scalar)) }
            let digits = String(scalar.value, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        return "\"\(escaped.joined())\""
    }
}
