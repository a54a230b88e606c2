/// The name, the kind and the meaning of a metric of `/metrics`, and the names of its labels.
///
/// Every metric is declared in ``all``. A test holds the dashboard, the alerts and `docs/monitoring.md` against these declarations.
package struct MetricDeclaration: Sendable, Hashable {
    package enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    package let name: String
    package let kind: Kind
    /// The description in one line.
    package let help: String
    /// The names of the labels. Their values come from fixed sets, and are never ids or names of people, because each value
    /// is a time series that Prometheus keeps.
    package let labels: [String]
    /// The upper bounds of a histogram's buckets in seconds, without the infinite one.
    package let buckets: [Double]

    private init(_ name: String, _ kind: Kind, _ help: String, _ labels: [String], _ buckets: [Double] = []) {
        self.name = name
        self.kind = kind
        self.help = help
        self.labels = labels
        self.buckets = buckets
    }

    /// The prefix of the names, except for those of the process, which are the same for every program.
    package static let prefix = "teleport_mattermost_"

    static func counter(_ name: String, _ help: String, _ labels: String...) -> Self {
        Self(prefix + name, .counter, help, labels)
    }

    static func gauge(_ name: String, _ help: String, _ labels: String...) -> Self { Self(prefix + name, .gauge, help, labels) }

    static func seconds(_ name: String, _ help: String, _ labels: [String] = [], buckets: [Double]) -> Self {
        Self(prefix + name, .histogram, help, labels, buckets)
    }

    /// Declares a metric of the process, with the name that Prometheus' own libraries give it.
    static func process(_ name: String, _ kind: Kind, _ help: String) -> Self { Self("process_" + name, kind, help, []) }
}
