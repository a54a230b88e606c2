/// Whether the plugin can do its work, as `/readyz` reports it.
package struct Readiness: Sendable, Equatable {
    /// The problems that keep the plugin from working, in words for the operator. The plugin is ready when there are none.
    package var problems: [String]
    /// Warnings for the operator while everything still works.
    package var notes: [String]

    package init(problems: [String] = [], notes: [String] = []) {
        self.problems = problems
        self.notes = notes
    }
}
