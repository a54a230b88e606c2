import ArgumentParser
import CallbackServer
import Log
import Mattermost
import Settings

/// The command `health`, with which a container's runtime asks whether the plugin works.
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health", abstract: "Ask the plugin that runs on this machine whether it lives, for a container's probe.",
        discussion: """
            It calls /healthz, or with --ready /readyz, of the listener that the configuration names, by HTTPS or else by HTTP, \
            and prints the answer. The certificate is not verified.

            Exit codes: 0 it lives, or is ready; 1 it is not, did not answer within 3 s, or the configuration cannot be used.
            """)

    @Option(name: [.short, .long], help: "The configuration file.")
    var config = "/etc/teleport-mattermost.toml"

    @Flag(help: "Ask whether the plugin can do its work, and not only whether it lives.")
    var ready = false

    func run() async throws {
        do {
            let probe = HealthProbe(address: try Settings.load(config).http.listen)
            let answer = try await probe.get(ready ? "/readyz" : "/healthz")
            LogDestination.standardOutput.write("\(answer.text)\n")
            if !answer.isWell { throw ExitCode.failure }
        } catch let error as WebProbe.Failure {
            LogDestination.standardError.write("teleport-mattermost: the plugin does not answer: \(error.words)\n")
            throw ExitCode.failure
        } catch let error as SettingsError {
            LogDestination.standardError.write("teleport-mattermost: \(error)\n")
            throw ExitCode.failure
        }
    }
}

/// Calls the listener of the plugin on the same machine.
struct HealthProbe {
    struct Answer: Equatable {
        var isWell: Bool
        var text: String
    }

    /// The time limit for all calls together.
    private static let limit = Duration.seconds(3)

    /// The address on which the plugin listens.
    let address: ListenAddress

    /// Returns the addresses to call: by HTTPS, and by HTTP for a plugin that was started with `--insecure-no-tls`.
    func urls(_ path: String) -> (https: String, http: String) {
        let host =
            switch address.host {
            case nil, "0.0.0.0": "127.0.0.1"
            case "::": "::1"
            case let host?: host
            }
        let authority = ListenAddress(host: host, port: address.port).description
        return ("https://\(authority)\(path)", "http://\(authority)\(path)")
    }

    func get(_ path: String) async throws(WebProbe.Failure) -> Answer {
        let start = ContinuousClock.now
        let urls = urls(path)
        do {
            return try await Self.answer(urls.https, within: Self.limit)
        } catch let failure {
            let left = Self.limit - (ContinuousClock.now - start)
            // The first failure is the one to report: where nobody answers, the second only repeats it.
            guard left > .zero, let answer = try? await Self.answer(urls.http, within: left) else { throw failure }
            return answer
        }
    }

    private static func answer(_ url: String, within limit: Duration) async throws(WebProbe.Failure) -> Answer {
        let answer = try await WebProbe(ownMachine: limit).get(url)
        let text = answer.body.isEmpty ? "HTTP \(answer.status)" : String(decoding: answer.body, as: UTF8.self)
        return Answer(isWell: answer.status == 200, text: text)
    }
}
