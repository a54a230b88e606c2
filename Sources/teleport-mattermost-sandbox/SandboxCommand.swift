import ActionCrypto
import ArgumentParser
import Glibc
import Sandbox
import Synchronization
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

    @Option(help: "The private port that the written configuration gives the plugin. None: it has none.")
    var diagnosticsPort: Int?

    @Option(help: "The control socket that the written configuration gives the plugin. None: it has none.")
    var controlSocket: String?

    @Option(help: "The bot's access token.")
    var token: String?

    @Option(
        help: "The file that holds the bot's access token; made when missing. Default: mattermost-token in the certs directory."
    )
    var tokenFile: String?

    @Option(help: "A Teleport user who may review, as on an enterprise server; repeat it for more. None: reviews are refused.")
    var reviewer: [String] = []

    @Flag(help: "Lets the plugin submit reviews in the reviewers' names, as on the newest servers.")
    var reviewsForOthers = false

    @Option(help: "Writes a ready configuration for the plugin to this file.")
    var writeConfig: String?

    @Option(help: "Writes the ports and the page's URL to this file, as JSON, once both servers listen.")
    var portsFile: String?

    func run() async throws {
        let files = SandboxFiles(certs: certs)
        let auth = SandboxAuth(try authConfiguration(files))
        let botToken = try token ?? files.token(at: tokenFile)
        let mattermost = try SandboxMattermost(
            .init(port: mattermostPort, callbackTLS: try files.callbackTLS(), teleport: auth),
            world: ChatWorld(.demo(token: botToken)))
        let announcement = Announcement(command: self, files: files, auth: auth, mattermost: mattermost, token: botToken)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await Self.orExit { try await auth.run() } }
            group.addTask { await Self.orExit { try await mattermost.run() } }
            group.addTask { await Self.orExit { try await announcement.make() } }
            group.addTask {
                // There is nothing to be saved, and nobody who stops a sandbox wants to wait.
                for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { Glibc.exit(0) }
            }
            await group.waitForAll()
        }
    }

    /// Is held by the task that ends the process, so that only one of several that fail at once prints its error.
    private static let ending = Mutex(())

    /// Ends the process at once when `body` fails, because the other parts would go on without it.
    private static func orExit(_ body: () async throws -> Void) async {
        do {
            try await body()
        } catch {
            ending.withLock { _ in SandboxCommand.exit(withError: error) }
        }
    }

    private func authConfiguration(_ files: SandboxFiles) throws -> SandboxAuth.Configuration {
        var configuration = SandboxAuth.Configuration(
            identity: try files.identity("teleport-server"), clientCA: try files.bytes("teleport-ca.crt"))
        configuration.port = authPort
        configuration.reviewers = Set(reviewer)
        if reviewsForOthers {
            configuration.submitsForUsers = ["access-plugin-mattermost": ["*"]]
            configuration.permissions = ["access-plugin-mattermost": AuthPermission.reviewing]
        }
        return configuration
    }
}
