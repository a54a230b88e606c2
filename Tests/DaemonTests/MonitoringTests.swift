import Foundation
import Telemetry
import Testing

@Suite("The files of config/monitoring")
struct MonitoringTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The names of metrics in a text: those of the plugin, and those of the process.
    private static func names(in text: String) -> Set<String> {
        Set(text.matches(of: /\b(?:teleport_mattermost|process)_[a-z_]+\b/).map { String($0.output) })
    }

    /// The names that a series of a declared metric may have.
    private static let series = Set(
        MetricDeclaration.all.flatMap { metric in
            metric.kind == .histogram ? ["_bucket", "_sum", "_count"].map { metric.name + $0 } : [metric.name]
        })

    @Test("The dashboard has an expression for every metric, and no other metrics")
    func dashboard() throws {
        let text = try Self.text("config/monitoring/dashboard.json")
        #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) is [String: Any])
        let used = Self.names(in: text)
        #expect(used.subtracting(Self.series) == [])
        let shown = MetricDeclaration.all.filter { metric in used.contains { $0.hasPrefix(metric.name) } }
        let missing = Set(MetricDeclaration.all.map(\.name)).subtracting(shown.map(\.name))
        #expect(missing == ["teleport_mattermost_identity_lifetime_seconds"], "it is only needed by an alert")
    }

    @Test("The alerts use metrics that exist, and each is tested in both ways")
    func alerts() throws {
        let text = try Self.text("config/monitoring/alerts.yaml")
        #expect(Self.names(in: text).subtracting(Self.series).subtracting(MetricDeclaration.all.map(\.name)) == [])
        let alerts = text.matches(of: /- alert: (\w+)/).map { String($0.output.1) }
        #expect(alerts.count > 10 && Set(alerts).count == alerts.count)
        let rules = try Self.text("config/monitoring/alerts_test.yaml"), faults = try Self.text("Tests/Monitoring/check.py")
        let document = try Self.text("docs/monitoring.md")
        for alert in alerts {
            #expect(rules.contains("alertname: \(alert)\n"), "\(alert) has no test of promtool")
            #expect(faults.contains("\"\(alert)\""), "\(alert) has no fault")
            #expect(document.contains("`\(alert)`"), "\(alert) is not described")
        }
    }

    @Test("The documents name every metric with its kind and labels, and no others")
    func documents() throws {
        let text = try Self.text("docs/monitoring.md")
        #expect(Self.names(in: text).subtracting(Self.series).subtracting(MetricDeclaration.all.map(\.name)) == [])
        for metric in MetricDeclaration.all {
            let labels = metric.labels.map { "`\($0)`" }.joined(separator: ", ")
            let row = "| `\(metric.name)` | \(metric.kind.rawValue) | \(labels.isEmpty ? "–" : labels) |"
            #expect(text.contains(row), "\(row)")
        }
    }
}
