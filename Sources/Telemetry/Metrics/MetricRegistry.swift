package import CoreMetrics
import Synchronization

/// The backend of swift-metrics: keeps the values of all declared metrics, and renders them for Prometheus.
///
/// A metric that is not declared, or has other labels than declared, is given a handler that does nothing. So the number of
/// time series stays bounded, whatever a library measures.
package final class MetricRegistry: MetricsFactory {
    /// The largest number of series of one metric. It is far above what the fixed sets of label values allow.
    static let seriesLimit = 512

    enum Cell: Sendable {
        case counter(CounterCell)
        case histogram(HistogramCell)
    }

    private let declarations: [String: MetricDeclaration]
    /// The cells of each metric by the values of their labels.
    private let cells = Mutex<[String: [[String]: Cell]]>([:])

    package init(_ declarations: [MetricDeclaration] = MetricDeclaration.all) {
        self.declarations = Dictionary(declarations.map { ($0.name, $0) }) { first, _ in first }
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let cell = cell(label, dimensions) { $0.kind == .counter ? .counter(CounterCell()) : nil }
        if case .counter(let counter) = cell { return counter }
        return NOOPMetricsHandler.instance
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let cell = cell(label, dimensions) { $0.kind == .histogram ? .histogram(HistogramCell(bounds: $0.buckets)) : nil }
        if case .histogram(let histogram) = cell { return histogram }
        return NOOPMetricsHandler.instance
    }

    /// No metric is a recorder. Gauges are not set, but read when `/metrics` is asked for.
    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        NOOPMetricsHandler.instance
    }

    /// Counters and histograms live as long as the process, so nothing is destroyed.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}

    /// Returns the series of a metric, sorted by their labels' values.
    func series(of declaration: MetricDeclaration) -> [(values: [String], cell: Cell)] {
        let found = cells.withLock { $0[declaration.name] ?? [:] }
        return found.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { ($0.key, $0.value) }
    }

    private func cell(
        _ name: String, _ dimensions: [(String, String)], make: (MetricDeclaration) -> Cell?
    ) -> Cell? {
        guard let declaration = declarations[name], dimensions.map(\.0) == declaration.labels else { return nil }
        let values = dimensions.map(\.1)
        return cells.withLock { cells in
            if let known = cells[name]?[values] { return known }
            guard cells[name]?.count ?? 0 < Self.seriesLimit, let new = make(declaration) else { return nil }
            cells[name, default: [:]][values] = new
            return new
        }
    }
}

extension MetricRegistry {
    /// Makes a counter of a declared metric, with the values of its labels in their order.
    package func counter(_ declaration: MetricDeclaration, _ values: String...) -> Counter { counter(declaration, values) }

    func counter(_ declaration: MetricDeclaration, _ values: [String]) -> Counter {
        Counter(label: declaration.name, dimensions: Array(zip(declaration.labels, values)), factory: self)
    }

    /// Makes a timer of a declared histogram, with the values of its labels in their order.
    package func timer(_ declaration: MetricDeclaration, _ values: String...) -> Timer {
        Timer(label: declaration.name, dimensions: Array(zip(declaration.labels, values)), factory: self)
    }
}
