package import ArgumentParser
import Glibc
import Settings

/// The command line: `configure`, `check`, `explain`, `start`, `status`, `requests`, `health` and `version`.
package struct PluginCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "teleport-mattermost",
        abstract: "Approve or deny Teleport access requests inside Mattermost.",
        discussion: """
            Write a configuration with `teleport-mattermost configure > teleport-mattermost.toml`, fill it in, see with \
            `teleport-mattermost check --config teleport-mattermost.toml` whether all is well, and run \
            `teleport-mattermost start --config teleport-mattermost.toml`.
            """,
        version: Version.line,
        subcommands: [
            ConfigureCommand.self, CheckCommand.self, ExplainCommand.self, StartCommand.self, StatusCommand.self,
            RequestsCommand.self, HealthCommand.self, VersionCommand.self,
        ])

    package init() {}

    /// Runs the command that the command line names, on the plugin's own threads, and ends the process with it.
    package static func start() -> Never {
        Signals.block()
        Task.detached(executorPreference: Threads.shared.executor) {
            await main()
            Glibc.exit(0)
        }
        Signals.wait()
    }
}

struct ConfigureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "configure", abstract: "Print an example configuration file.")

    @Flag(help: .private) var reference = false

    func run() throws { try CommandOutput.write(reference ? SettingsReference.text : ExampleConfiguration.text) }
}

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print what was built, and from which commit.")

    func run() throws { try CommandOutput.write("\(Version.line)\n") }
}
