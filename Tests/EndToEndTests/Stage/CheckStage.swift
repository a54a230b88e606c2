import Foundation
import Sandbox
import TestSupport

/// The exit code and the output of a run of `check`.
struct CheckResult {
    struct Failure: Equatable {
        var name: String
        var detail: String
        /// The line after the failure, which says what to do.
        var mend: String
    }

    var code: Int32
    var lines: [String]

    var failures: [Failure] {
        lines.indices.filter { lines[$0].hasPrefix("✗ ") }.map { index in
            let parts = lines[index].dropFirst(2).split(separator: ": ", maxSplits: 1)
            let mend = index + 1 < lines.count ? lines[index + 1] : ""
            return Failure(name: "\(parts.first ?? "")", detail: "\(parts.last ?? "")", mend: mend)
        }
    }

    /// The output of `--json`; nil unless the whole output is one JSON object.
    var object: [String: Any]? {
        (try? JSONSerialization.jsonObject(with: Data(lines.joined(separator: "\n").utf8))) as? [String: Any]
    }
}

extension Stage {
    /// Starts `check` with the option to trust the callback's CA, which the sandbox's Mattermost trusts too.
    func startCheck(_ arguments: [String]) throws -> PluginProcess {
        let authority = try Certificates.shared().path("callback-ca.crt")
        return try PluginProcess(["check", "-c", configuration, "--callback-ca", authority] + arguments)
    }

    func check(_ arguments: String...) async throws -> CheckResult {
        let process = try startCheck(arguments)
        let code = try await process.exitCode()
        return CheckResult(code: code, lines: process.state.value.lines)
    }

    /// Changes the lines of the configuration file.
    func edit(_ change: (String) -> String) throws {
        let text = try String(contentsOfFile: configuration, encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { change(String($0)) }
        try lines.joined(separator: "\n").write(toFile: configuration, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: configuration)
    }

    /// Waits for the post with the test button, and returns it.
    func testPost() async throws -> ChatPost {
        for await _ in mattermost.world.bell.changes() {
            let posts = try mattermost.world.read { $0.posts }
            if let post = posts.first(where: { $0.attachment?["title"]?.text == "Test of teleport-mattermost" }) { return post }
        }
        throw NoSuchThing(what: "the post with the test button")
    }
}
