import ActionCrypto
import ArgumentParser
import FoundationEssentials
import Logging
import Sandbox
import ServiceLifecycle
import UnixSignals

/// Starts a Teleport auth service and a Mattermost with a web page, both on 127.0.0.1.
@main
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "teleport-mattermost-sandbox",
        abstract: "A Teleport auth service and a Mattermost to try teleport-mattermost with.")

    @Option(help: "The directory that certs/generate.sh filled.")
    var certs: String

    @Option(help: "The auth service's port; 0 takes any free one.")
    var authPort = 3025

    @Option(help: "Mattermost's port, the page's too; 0 takes any free one.")
    var mattermostPort = 8065

    @Option(help: "The port that the written configuration gives the plugin's listener.")
    var pluginPort = 8081

    @Option(help: "The bot's access token.")
    var token: String?

    @Option(help: "The file that holds the bot's access token; made when missing. Default: mattermost-token in the certs directory.")
    var tokenFile: String?

    @Option(help: "Writes a ready configuration for the plugin to this file.")
    var writeConfig: String?

    @Option(help: "Writes the ports and the page's URL to this file, as JSON, once both servers listen.")
    var portsFile: String?

    func run() async throws {
        let files = SandboxFiles(certs: certs)
        let botToken = try token ?? files.token(at: tokenFile)
        let auth = SandboxAuth(try authConfiguration(files))
        let mattermost = try SandboxMattermost(
            .init(port: mattermostPort, callbackTLS: try files.callbackTLS(), teleport: auth),
            world: ChatWorld(.demo(token: botToken)))
        let announcement = Announcement(command: self, files: files, auth: auth, mattermost: mattermost, token: botToken)
        var configuration = ServiceGroupConfiguration(
            services: [auth, mattermost, announcement], gracefulShutdownSignals: [.sigint, .sigterm],
            logger: Logger(label: "sandbox") { _ in SwiftLogNoOpLogHandler() })
        configuration.maximumGracefulShutdownDuration = .seconds(1)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let error as ServiceGroupError {
            throw ValidationError("the sandbox stopped: \(error)")
        }
    }

    private func authConfiguration(_ files: SandboxFiles) throws -> SandboxAuth.Configuration {
        var configuration = SandboxAuth.Configuration(
            identity: try files.identity("teleport-server"), clientCA: try files.bytes("teleport-ca.crt"))
        configuration.port = authPort
        return configuration
    }
}
