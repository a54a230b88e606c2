import Access
import ArgumentParser
import Check
import Log
import Logging
import Settings

/// The command `explain`, which says who is told of a request and why.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Say who would be told of an access request and why, rule by rule.",
        discussion: """
            It evaluates Teleport's access monitoring rules for a request, says of each whether it matches and what in its \
            condition is not true, and looks up the recipients in Mattermost. Nothing is posted or changed.

            `tctl get access_request/ID --format=json > request.json` writes a request, and \
            `tctl get access_monitoring_rule --format=json > rules.json` rules. With --rules a rule can be tried before it is \
            created; Teleport is then asked only for what the rules need beyond the request.

            ✓ is told or matches, – is not, ✗ cannot be used. The line after ✗ says what to do.

            Exit codes: 0 nothing failed, 1 something failed, 64 wrong usage, 78 the configuration cannot be used.
            """)

    @Option(name: [.short, .long], help: "The configuration file.")
    var config = "/etc/teleport-mattermost.toml"

    @Option(help: "A file with the request, as `tctl get access_request/ID --format=json` prints it.")
    var request: String

    @Option(help: "A file with access monitoring rules to use in place of Teleport's, in the form that `tctl get` prints.")
    var rules: String?

    @Flag(help: "Print one JSON object at the end, in the form of `check --json`.")
    var json = false

    func run() async throws {
        let report = CheckReport(isJSON: json)
        do {
            try await Explain(Settings.load(config), request: request, rules: rules, report: report).run()
        } catch let error as SettingsError {
            throw Self.fail(error, ExitCode(78))
        } catch let error as any OperatorError {
            throw Self.fail(error, ExitCode(64))
        }
        report.finish(isInterrupted: false)
        if report.hasFailures { throw ExitCode.failure }
    }

    private static func fail(_ error: any Error, _ code: ExitCode) -> ExitCode {
        LogDestination.standardError.write("teleport-mattermost: \(error)\n", at: .error)
        return code
    }
}
