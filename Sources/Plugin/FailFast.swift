import ServiceLifecycle

/// Ends the plugin when a server is away at the start: for a supervisor that would rather start it again than have it wait.
package struct FailFast: Service {
    package static let variable = "TELEPORT_PLUGIN_FAIL_FAST"

    package struct Away: Error, CustomStringConvertible {
        package var problem: String

        package var description: String { "\(problem)\nNot waiting for it, because \(FailFast.variable)=1 is set." }
    }

    private let news: AsyncStream<Health.News>

    package init(_ health: Health) { news = health.news() }

    package func run() async throws {
        try await cancelWhenGracefulShutdown {
            var awaited: Set<Health.Part> = [.teleport, .mattermost]
            for await report in news where awaited.contains(report.part) {
                if let problem = report.problem { throw Away(problem: problem) }
                awaited.remove(report.part)
            }
        }
    }
}
