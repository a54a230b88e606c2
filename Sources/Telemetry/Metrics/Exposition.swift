/// A value that is read at the moment at which `/metrics` is asked for.
package struct Sample: Sendable, Equatable {
    package var declaration: MetricDeclaration
    /// The values of the labels, in the order of the declaration.
    package var values: [String]
    package var value: Double

    package init(_ declaration: MetricDeclaration, _ values: String..., value: Double) {
        self.declaration = declaration
        self.values = values
        self.value = value
    }
}

/// The body of `/metrics` in Prometheus' text format, version 0.0.4.
struct Exposition {
    static let contentType: StaticString = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var text = ""

    /// - Parameter samples: the gauges, and the counters that the system counts itself.
    init(_ declarations: [MetricDeclaration], _ registry: MetricRegistry, _ samples: [Sample]) {
        let read = Dictionary(grouping: samples, by: \.declaration)
        for declaration in declarations {
            let series = registry.series(of: declaration), samples = read[declaration] ?? []
            guard !series.isEmpty || !samples.isEmpty else { continue }
            text += "# HELP \(declaration.name) \(Self.escaped(declaration.help, isLabel: false))\n"
            text += "# TYPE \(declaration.name) \(declaration.kind.rawValue)\n"
            for (values, cell) in series { add(declaration, values, cell) }
            for sample in samples { add(declaration.name, Self.labels(declaration.labels, sample.values), sample.value) }
        }
    }

    private mutating func add(_ declaration: MetricDeclaration, _ values: [String], _ cell: MetricRegistry.Cell) {
        switch cell {
        case .counter(let counter):
            add(declaration.name, Self.labels(declaration.labels, values), Double(counter.value))
        case .histogram(let histogram):
            let found = histogram.values
            for (bound, count) in zip(declaration.buckets.map(Self.number) + ["+Inf"], found.upTo + [found.count]) {
                let labels = Self.labels(declaration.labels + ["le"], values + [bound])
                add("\(declaration.name)_bucket", labels, Double(count))
            }
            let labels = Self.labels(declaration.labels, values)
            add("\(declaration.name)_sum", labels, found.sum)
            add("\(declaration.name)_count", labels, Double(found.count))
        }
    }

    private mutating func add(_ name: String, _ labels: String, _ value: Double) {
        text += "\(name)\(labels) \(Self.number(value))\n"
    }

    private static func labels(_ names: [String], _ values: [String]) -> String {
        guard !names.isEmpty else { return "" }
        let pairs = zip(names, values).map { "\($0)=\"\(escaped($1, isLabel: true))\"" }
        return "{\(pairs.joined(separator: ","))}"
    }

    /// Escapes a text as the format demands. A quotation mark has a meaning in the values of labels only.
    static func escaped(_ text: String, isLabel: Bool) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\"" where isLabel: result.append(contentsOf: "\\\"".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// Writes a number as Go reads it, without a fraction where it has none.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map(String.init) ?? "\(value)"
    }
}

extension MetricRegistry {
    /// Returns the body of `/metrics`.
    package func exposition(_ samples: [Sample]) -> String { Exposition(MetricDeclaration.all, self, samples).text }

    package static var contentType: StaticString { Exposition.contentType }
}
