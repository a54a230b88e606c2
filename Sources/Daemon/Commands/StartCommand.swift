import Access
import ArgumentParser
import Clicks
import Glibc
import Log
import Logging
import Settings

/// The command `start`, which runs the plugin until it is told to stop.
struct StartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Watch for access requests and serve the buttons' callback until told to stop.",
        discussion: """
            SIGTERM and SIGINT let the clicks in flight finish, for at most 15 s. SIGHUP reads the configuration \
            and the HTTPS certificate again, and says in the log what it took over; SIGUSR1 opens the files of log and audit \
            anew, which SIGHUP does too.

            While Teleport or Mattermost is away it waits and tries again; TELEPORT_PLUGIN_FAIL_FAST=true ends it instead when \
            one is away at the start.

            Exit codes: 0 stopped as asked, 1 could not run now, 64 wrong usage, 78 wrong configuration.
            """)

    @Option(name: [.short, .long], help: "The configuration file.")
    var config = "/etc/teleport-mattermost.toml"

    @Flag(name: [.short, .long], help: "Log everything, whatever the severity in the configuration.")
    var debug = false

    @Flag(help: "Serve plain HTTP, for use behind a proxy that terminates TLS.")
    var insecureNoTLS = false

    /// The exit code `EX_CONFIG` of `sysexits.h`: something is wrong in a configuration file.
    private static let wrongConfiguration = ExitCode(78)

    func run() async throws {
        // Without this the signal would end the process when a log or audit file reaches the process's limit of size. When the
        // signal is ignored, the write fails instead, and is reported like a write to a full disk.
        signal(SIGXFSZ, SIG_IGN)
        // Each of these would end the process until the service that handles it runs.
        Signals.ignore(SIGHUP, SIGUSR1)
        let settings: Settings
        do {
            settings = try Settings.load(config)
        } catch {
            throw Self.fail(error, Self.wrongConfiguration)
        }
        do {
            let failsFast = try FailFast.isAsked(getenv(FailFast.variable).map { String(cString: $0) } ?? "")
            try await Daemon(settings, debug: debug, isPlainHTTP: insecureNoTLS, failsFast: failsFast).run()
        } catch let error where error is StartError || error is ClickerKeys.NotOffered {
            throw Self.fail(error, Self.wrongConfiguration)
        } catch {
            throw Self.fail(error, .failure)
        }
    }

    /// Prints the error as it is, one problem per line, without the usage text that the argument parser would add.
    private static func fail(_ error: any Error, _ code: ExitCode) -> ExitCode {
        LogDestination.standardError.write("teleport-mattermost: \(error)\n", at: .error)
        return code
    }
}

/// The error for a file that another program writes, such as `tbot`, and that is missing or incomplete. It is not an error of
/// the configuration: a supervisor's next start may find the file.
struct NotThereYet: OperatorError {
    var error: TeleportError

    var words: String { error.words }
    var mend: String? { error.mend }
    var message: String { error.message }
}

/// The error for something that the configuration names and that does not work. Nothing was started.
struct StartError: OperatorError {
    var words: String
    var mend: String?

    init(_ words: String, mend: String? = nil) {
        self.words = words
        self.mend = mend
    }

    /// Keeps the words and the mend of an error that has both.
    init(_ error: any Error) {
        let known = error as? any OperatorError
        self.init(known?.words ?? "\(error)", mend: known?.mend)
    }
}
