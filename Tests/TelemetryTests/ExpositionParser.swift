/// A strict parser of Prometheus' text format, version 0.0.4, for the tests.
struct ExpositionParser {
    struct Wrong: Error, CustomStringConvertible {
        var line: String
        var why: String
        var description: String { "\(why): \(line)" }
    }

    struct Family {
        var help: String
        var kind: String
        /// The values by the whole name of the series: name and labels.
        var series: [(name: String, labels: [String: String], value: Double)] = []
    }

    private(set) var families: [String: Family] = [:]
    private var current = ""

    init(_ text: String) throws {
        guard text.hasSuffix("\n") else { throw Wrong(line: text.suffix(40).description, why: "the last line has no end") }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            try take(String(line))
        }
        for (name, family) in families {
            if family.series.isEmpty { throw Wrong(line: name, why: "a family without series") }
            if family.kind == "histogram" { try Self.check(family, name) }
        }
    }

    private mutating func take(_ line: String) throws {
        if line.hasPrefix("# HELP ") {
            let parts = line.dropFirst(7).split(separator: " ", maxSplits: 1)
            guard parts.count == 2, families[String(parts[0])] == nil else { throw Wrong(line: line, why: "HELP") }
            current = String(parts[0])
            families[current] = Family(help: String(parts[1]), kind: "")
        } else if line.hasPrefix("# TYPE ") {
            let parts = line.dropFirst(7).split(separator: " ")
            guard parts.count == 2, parts[0] == current, families[current]?.kind == "",
                ["counter", "gauge", "histogram"].contains(parts[1])
            else { throw Wrong(line: line, why: "TYPE") }
            families[current]?.kind = String(parts[1])
        } else {
            try sample(line)
        }
    }

    private mutating func sample(_ line: String) throws {
        var rest = Substring(line)
        let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        guard let first = name.first, !first.isNumber else { throw Wrong(line: line, why: "name") }
        rest = rest.dropFirst(name.count)
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest = rest.dropFirst()
            repeat {
                let (key, value) = try Self.label(&rest, line)
                guard labels.updateValue(value, forKey: key) == nil else { throw Wrong(line: line, why: "label twice") }
                guard let next = rest.popFirst(), next == "," || next == "}" else { throw Wrong(line: line, why: "labels") }
                if next == "}" { break }
            } while true
        }
        guard rest.popFirst() == " " else { throw Wrong(line: line, why: "space") }
        let value = ["+Inf": Double.infinity, "-Inf": -.infinity, "NaN": .nan][String(rest)] ?? Double(String(rest))
        guard let value, !rest.contains("inf"), !rest.contains("nan") else { throw Wrong(line: line, why: "value") }
        let suffixes = families[current]?.kind == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
        guard suffixes.contains(where: { name == current + $0 }) else { throw Wrong(line: line, why: "family") }
        let isNew = families[current]?.series.contains { $0.name == name && $0.labels == labels } == false
        guard isNew else { throw Wrong(line: line, why: "series twice") }
        families[current]?.series.append((String(name), labels, value))
    }

    private static func label(_ rest: inout Substring, _ line: String) throws -> (String, String) {
        let key = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        rest = rest.dropFirst(key.count)
        guard !key.isEmpty, rest.hasPrefix("=\"") else { throw Wrong(line: line, why: "label") }
        rest = rest.dropFirst(2)
        var value = ""
        while let character = rest.popFirst() {
            if character == "\"" { return (String(key), value) }
            guard character == "\\" else {
                value.append(character)
                continue
            }
            switch rest.popFirst() {
            case "n": value.append("\n")
            case "\\": value.append("\\")
            case "\"": value.append("\"")
            default: throw Wrong(line: line, why: "escape")
            }
        }
        throw Wrong(line: line, why: "label without an end")
    }

    /// Each histogram has increasing buckets, the last of which counts everything.
    private static func check(_ family: Family, _ name: String) throws {
        func key(_ labels: [String: String]) -> String {
            labels.filter { $0.key != "le" }.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
        }
        for (labels, series) in Dictionary(grouping: family.series, by: { key($0.labels) }) {
            let buckets = series.filter { $0.name == name + "_bucket" }
            let counts = buckets.map(\.value)
            guard buckets.last?.labels["le"] == "+Inf", counts == counts.sorted(),
                series.filter({ $0.name == name + "_count" }).map(\.value) == counts.suffix(1),
                series.contains(where: { $0.name == name + "_sum" })
            else { throw Wrong(line: "\(name){\(labels)}", why: "histogram") }
        }
    }

    /// The value of the series with these labels; nil if there is none.
    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        for family in families.values {
            if let found = family.series.first(where: { $0.name == name && $0.labels == labels }) { return found.value }
        }
        return nil
    }
}
