/// Whether the plugin can do its work, as `/readyz` and `/metrics` report it.
package struct Readiness: Sendable, Equatable {
    /// The problems that keep the plugin from working, in words for the operator. The plugin is ready when there are none.
    package var problems: [String]
    /// Warnings for the operator while everything still works.
    package var notes: [String]
    /// The gauges of `/metrics`.
    package var gauges: [Gauge]

    package init(problems: [String] = [], notes: [String] = [], gauges: [Gauge] = []) {
        self.problems = problems
        self.notes = notes
        self.gauges = gauges
    }
}
