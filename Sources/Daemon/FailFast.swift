import Access
import Base
import Mattermost
import ServiceLifecycle

/// Ends the plugin when a server is away at the start: for a supervisor that would rather start it again than have it wait.
struct FailFast: Service {
    static let variable = "TELEPORT_PLUGIN_FAIL_FAST"

    struct Away: Error, CustomStringConvertible {
        var problem: any OperatorError

        var description: String { "\(problem.message)\nNot waiting for it, because \(FailFast.variable) is set." }
    }

    /// What the variable says, by the words that Go knows for it; not set or empty is no.
    static func isAsked(_ value: String) throws(StartError) -> Bool {
        switch value {
        case "1", "t", "T", "TRUE", "true", "True": return true
        case "", "0", "f", "F", "FALSE", "false", "False": return false
        default:
            throw StartError(
                "\(variable) is \"\(OneLine.bounded(value, 64))\".", mend: "Set it to true or false, or not at all.")
        }
    }

    private let news: AsyncStream<Health.News>

    init(_ health: Health) { news = health.news() }

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            var start = Start()
            for await report in news {
                if let problem = start.problem(in: report) { throw Away(problem: problem) }
            }
        }
    }

    /// The servers that have not answered yet.
    struct Start {
        private var awaited: Set<Health.Part> = [.teleport, .mattermost]

        /// Why not to go on; nil for a server that has been well once.
        mutating func problem(in report: Health.News) -> (any OperatorError)? {
            guard awaited.contains(report.part) else { return nil }
            if report.problem == nil { awaited.remove(report.part) }
            return report.problem
        }
    }
}
