import Foundation
import TOML
import Testing

@Suite("The published conformance cases of TOML 1.0")
struct ConformanceTests {
    @Test("The suite is there as a whole")
    func count() {
        #expect(Cases.valid.count == 210)
        #expect(Cases.invalid.count == 499)
    }

    @Test("A valid text has the values that the suite gives for it", arguments: Cases.valid)
    func valid(name: String) throws {
        let expected = try JSONSerialization.jsonObject(with: Data(Cases.bytes(name, "json")))
        let table = try TOMLTable(parsing: Cases.bytes(name))
        #expect(Tagged.isSame(.table(table), expected), "\(table)")
    }

    @Test("An invalid text is refused", arguments: Cases.invalid)
    func invalid(name: String) throws {
        let bytes = try Cases.bytes(name)
        #expect(throws: TOMLError.self) { try TOMLTable(parsing: bytes) }
    }
}

/// Compares values with the suite's JSON, in which each value is an object with its type and its text.
private enum Tagged {
    static func isSame(_ kind: TOMLValue.Kind, _ expected: Any) -> Bool {
        switch kind {
        case .table(let table):
            guard let object = expected as? [String: Any], object.count == table.entries.count else { return false }
            return table.entries.allSatisfy { entry in object[entry.name].map { isSame(entry.value.kind, $0) } ?? false }
        case .array(let values):
            guard let array = expected as? [Any], array.count == values.count else { return false }
            return zip(values, array).allSatisfy { isSame($0.kind, $1) }
        default:
            guard let object = expected as? [String: String], let text = object["value"] else { return false }
            return object["type"] == type(of: kind) && isSameScalar(kind, text)
        }
    }

    private static func type(of kind: TOMLValue.Kind) -> String {
        switch kind {
        case .string: "string"
        case .integer: "integer"
        case .float: "float"
        case .boolean: "bool"
        case .date(.offsetDateTime, _): "datetime"
        case .date(.localDateTime, _): "datetime-local"
        case .date(.localDate, _): "date-local"
        case .date(.localTime, _): "time-local"
        case .array, .table: "none"
        }
    }

    private static func isSameScalar(_ kind: TOMLValue.Kind, _ text: String) -> Bool {
        switch kind {
        case .string(let value): return value.utf8.elementsEqual(text.utf8)
        case .integer(let value): return String(value) == text
        case .float(let value):
            guard let expected = Double(text) else { return false }
            return value.isNaN ? expected.isNaN : value == expected
        case .boolean(let value): return String(value) == text
        case .date(_, let value): return normalized(value) == normalized(text)
        case .array, .table: return false
        }
    }

    /// Returns the date with a capital T and Z, and without zeros at the end of a fraction of a second.
    private static func normalized(_ date: String) -> String {
        let text = date.uppercased().replacing(" ", with: "T")
        guard let point = text.firstIndex(of: ".") else { return text }
        let end = text[point...].dropFirst().firstIndex { !$0.isNumber } ?? text.endIndex
        let fraction = String(text[text.index(after: point)..<end].reversed().drop { $0 == "0" }.reversed())
        return text[..<point] + (fraction.isEmpty ? "" : ".\(fraction)") + text[end...]
    }
}
