import Access
import ArgumentParser
import Log
import Settings

/// The command `status`, which shows how the running plugin is.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show whether the plugin that runs on this machine is ready, and what happened last.",
        discussion: """
            Run it as root or as the plugin's user. It asks the plugin over its control socket, [diagnostics] socket, and prints \
            whether it is ready and why not, the requests that are not up to date, and the last 50 happenings.

            Exit codes: 0 the plugin answered, 1 it does not run or could not be asked.
            """)

    @Option(name: [.short, .long], help: "The configuration file.")
    var config = "/etc/teleport-mattermost.toml"

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        try ControlFailure.reported { try ControlClient(configuration: config).printPage(json ? "/status.json" : "/status") }
    }
}

/// The command `requests`, with the one subcommand `ls`.
struct RequestsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requests", abstract: "Show access requests as the plugin sees them.", subcommands: [ListCommand.self])

    struct ListCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "List the requests that are pending, and where each was posted.",
            discussion: """
                Run it as root or as the plugin's user. The plugin that runs on this machine asks Teleport for the requests and \
                for its records of the posts.

                Exit codes: 0 the requests were listed, 1 the plugin does not run or could not list them.
                """)

        @Option(name: [.short, .long], help: "The configuration file.")
        var config = "/etc/teleport-mattermost.toml"

        @Flag(help: "Print one JSON object.")
        var json = false

        func run() throws {
            try ControlFailure.reported {
                try ControlClient(configuration: config).printPage(json ? "/requests.json" : "/requests")
            }
        }
    }
}

/// Prints the errors of the commands that use the control socket.
private enum ControlFailure {
    static func reported(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error where error is any OperatorError || error is SettingsError {
            LogDestination.standardError.write("teleport-mattermost: \(error)\n")
            throw ExitCode.failure
        }
    }
}
