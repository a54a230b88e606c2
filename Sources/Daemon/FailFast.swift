import Access
import Base
import Mattermost
import ServiceLifecycle

/// Ends the plugin when a server is away at the start. It is for a supervisor that prefers to start the plugin again over
/// having it wait.
struct FailFast: Service {
    static let variable = "TELEPORT_PLUGIN_FAIL_FAST"

    struct Away: Error, CustomStringConvertible {
        var problem: any OperatorError

        var description: String { "\(problem.message)\nNot waiting for it, because \(FailFast.variable) is set." }
    }

    /// Whether the variable's value asks for it. The words are those that Go's `strconv.ParseBool` accepts; an empty value
    /// means no.
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

    /// Remembers the servers that have not been well yet since the start.
    struct Start {
        private var awaited: Set<Health.Part> = [.teleport, .mattermost]

        /// Returns the problem for which the plugin has to end; nil if the server is well, or has been well once.
        mutating func problem(in report: Health.News) -> (any OperatorError)? {
            guard awaited.contains(report.part) else { return nil }
            if report.problem == nil { awaited.remove(report.part) }
            return report.problem
        }
    }
}
