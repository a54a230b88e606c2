import Access
import Foundation

@testable import Clicks
@testable import Log

/// Checks that values from people and servers cannot break a line of the audit or a field of the log. A line of the audit must
/// be one JSON object with the values or the starts of them, and a field of the log must read back as the value. The input is
/// the values, with zero bytes between them.
func fuzzLines(_ input: UnsafeRawBufferPointer) {
    let values = input.split(separator: 0, omittingEmptySubsequences: false).prefix(8).map {
        String(decoding: $0, as: UTF8.self)
    }
    let names = ["requester", "roles", "channel_id", "user", "email", "reason", "remote", "words"]
    let fields = zip(names, values).map { (name: $0, value: $1) }
    let line = AuditLog.line(fields, Signed.now)
    must(line.utf8.count <= AuditLog.lineLimit + 200, "a line of the audit has no end")
    must(line.utf8.count { $0 == UInt8(ascii: "\n") } == 1 && line.utf8.last == UInt8(ascii: "\n"), "it is not one line")
    let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
    must(object?.count == fields.count + 1, "it is no object with these fields")
    for field in fields {
        let read = object?[field.name] ?? "?"
        must(field.value.unicodeScalars.starts(with: read.unicodeScalars), "\(field.name) is another")
        must(field.value.utf8.count > 128 || read.utf8.elementsEqual(field.value.utf8), "\(field.name) is cut")
    }
    for value in values { checkField(value) }
}

private func checkField(_ value: String) {
    let written = LogField.written(value)
    let scalars = Array(written.unicodeScalars)
    must(!scalars.isEmpty && !scalars.contains("\n"), "a field is not in its line")
    guard scalars.first == "\"" else {
        must(written.utf8.elementsEqual(value.utf8) && !scalars.contains(" "), "a bare field is another")
        return
    }
    must(written.count > 1 && written.first == "\"" && written.last == "\"", "a quotation mark is part of another character")
    must(written.count { $0 == "\"" } == scalars.count { $0 == "\"" }, "a quotation mark is hidden")
    must(written.count { $0 == "\\" } == scalars.count { $0 == "\\" }, "a backslash is hidden")
    must(unescaped(scalars.dropFirst().dropLast()).elementsEqual(value.unicodeScalars), "a field is read as another")
}

private func unescaped(_ text: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] {
    var (result, rest) = ([Unicode.Scalar](), text)
    while let scalar = rest.popFirst() {
        guard scalar == "\\" else {
            must(scalar != "\"", "a field ends early")
            result.append(scalar)
            continue
        }
        switch rest.popFirst() {
        case "n": result.append("\n")
        case "u":
            let digits = rest.dropFirst().prefix { $0 != "}" }
            rest = rest.dropFirst(digits.count + 2)
            let value = UInt32(String(String.UnicodeScalarView(digits)), radix: 16).flatMap(Unicode.Scalar.init)
            result.append(value ?? "?")
        case let other: result.append(other ?? "?")
        }
    }
    return result
}
