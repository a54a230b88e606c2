import FoundationEssentials
import Glibc
import Sandbox

/// Writes the files that were asked for and prints the address of the page, once both servers listen.
struct Announcement {
    let command: SandboxCommand
    let files: SandboxFiles
    let auth: SandboxAuth
    let mattermost: SandboxMattermost
    let token: String

    func make() async throws {
        let (authPort, mattermostPort) = (try await auth.address.port, try await mattermost.port)
        if let path = command.writeConfig {
            let settings = PluginSettingsFile(
                authPort: authPort, mattermostPort: mattermostPort, pluginPort: command.pluginPort,
                diagnosticsPort: command.diagnosticsPort, controlSocket: command.controlSocket, token: token, files: files)
            try SandboxFiles.writePrivately(settings.text, to: URL(filePath: path))
        }
        if let path = command.portsFile {
            let ports: JSON = [
                "auth": .integer(Int64(authPort)), "mattermost": .integer(Int64(mattermostPort)),
                "url": .string("http://127.0.0.1:\(mattermostPort)"),
            ]
            try SandboxFiles.writePrivately(String(decoding: ports.goEncoded, as: UTF8.self) + "\n", to: URL(filePath: path))
        }
        print(
            """
            Teleport auth service  127.0.0.1:\(authPort)
            Mattermost             http://127.0.0.1:\(mattermostPort)

            Open http://127.0.0.1:\(mattermostPort) in a browser. Ctrl-C stops the sandbox.
            """)
        fflush(nil)
    }
}
