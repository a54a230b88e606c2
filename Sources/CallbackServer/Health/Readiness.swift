/// Whether the plugin can do its work, as `/readyz` and `/metrics` report it.
package struct Readiness: Sendable, Equatable {
    /// What keeps the plugin from working, in words for the operator. The plugin is ready when there is none.
    package var problems: [String]
    /// What a person should look into although everything works.
    package var notes: [String]
    /// The gauges of `/metrics`.
    package var gauges: [Gauge]

    package init(problems: [String] = [], notes: [String] = [], gauges: [Gauge] = []) {
        self.problems = problems
        self.notes = notes
        self.gauges = gauges
    }
}
