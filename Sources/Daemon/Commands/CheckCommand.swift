import Access
import ArgumentParser
import Check
import Glibc
import Settings

/// The command `check`, which finds errors of the configuration and of both servers and says how to correct them.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Find out what is wrong, step by step, each with what to do about it.",
        discussion: """
            Run it as the plugin's user. It looks at the configuration, the secrets' file modes, certificates, Teleport with \
            each permission, Mattermost with the bot and each recipient, and the callback's address. Nothing is decided or \
            changed; with --click a post with a test button is made and removed again. While the plugin is stopped, the check \
            listens in its place.

            ✓ is well, ! works and should be changed, ✗ is wrong, – does not apply or could not be looked at. The line after ! \
            and ✗ says what to do.

            Exit codes: 0 nothing failed, 1 something failed, 64 wrong usage, 78 the configuration cannot be used, 130 interrupted.
            """)

    @Option(name: [.short, .long], help: "The configuration file.")
    var config = "/etc/teleport-mattermost.toml"

    @Flag(help: "Also post a test button and wait until somebody presses it. The plugin must be stopped meanwhile.")
    var click = false

    @Option(help: "Where to post the test button: team/channel or an e-mail address. By default the first recipient.")
    var channel: String?

    @Option(help: "How many seconds to wait for the click, 1 to 3600.")
    var wait = 120

    @Option(help: "PEM file of the authorities that Mattermost believes when it calls, where they are not this system's.")
    var callbackCA: String?

    @Flag(help: "As for `start`: the plugin serves plain HTTP, behind a proxy that terminates TLS.")
    var insecureNoTLS = false

    @Flag(help: "Print one JSON object at the end: ok, interrupted, failures, warnings, and the steps.")
    var json = false

    /// The largest size of the file of `--callback-ca` in bytes. A system's whole trust store has about a quarter of it.
    private static let mostCAs = 1 << 20

    func validate() throws {
        guard (1...3600).contains(wait) else { throw ValidationError("--wait must be from 1 to 3600.") }
        if let channel, Recipient(channel) == nil {
            throw ValidationError("--channel is neither team/channel nor an e-mail address.")
        }
        guard let callbackCA else { return }
        do {
            _ = try NamedFile.read(callbackCA, limit: Self.mostCAs)
        } catch {
            throw ValidationError("--callback-ca: the file \(OneLine.bounded(callbackCA, 200)) \(error.message)")
        }
    }

    func run() async throws {
        let options = CheckOptions(
            configuration: config, asksForClick: click, clickRecipient: channel.flatMap { Recipient($0) },
            clickLimit: .seconds(wait), callbackCA: callbackCA, isPlainHTTP: insecureNoTLS)
        let report = CheckReport(isJSON: json)
        let check = Check(options: options, report: report)
        let end = await Self.run(check)
        await check.removeTestPost()
        report.finish(isInterrupted: end == .interrupted)
        let code: Int32 =
            switch end {
            case .interrupted: 130
            case .unreadable: 78
            case .finished: report.hasFailures ? 1 : 0
            }
        if code != 0 { throw ExitCode(code) }
    }

    private enum End { case finished, unreadable, interrupted }

    /// Runs the check until it ends or a signal arrives, whichever comes first.
    private static func run(_ check: Check) async -> End {
        await withTaskGroup(of: End.self) { group in
            group.addTask {
                do {
                    try await check.run()
                    return .finished
                } catch {
                    return .unreadable
                }
            }
            group.addTask {
                for await _ in Signals.stream(of: SIGINT, SIGTERM) { break }
                return .interrupted
            }
            defer { group.cancelAll() }
            return await group.next() ?? .finished
        }
    }
}
