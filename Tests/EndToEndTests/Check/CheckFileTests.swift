import Foundation
import Sandbox
import TestSupport
import Testing

@Suite("The built plugin's check of its files, and its report", .serialized, .timeLimit(.minutes(2)))
struct CheckFileTests {
    @Test("A file of log or audit that the start refuses is found, for the same reason", arguments: ["log", "audit"])
    func files(_ section: String) async throws {
        try await Stage.with { stage in
            let path = stage.folder.appending(path: "\(section).txt").path
            try stage.edit { line in
                section == "log"
                    ? line.replacing("output = \"stderr\"", with: "output = \"\(path)\"")
                    : line == "[log]" ? "[audit]\noutput = \"\(path)\"\n\n[log]" : line
            }
            let files = FileManager.default
            #expect(try await stage.check().failures == [])
            #expect(!files.fileExists(atPath: path), "check leaves nothing behind")
            #expect(files.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o666]))
            try await expectRefusal(of: "\(section) file", "mode 666", by: stage)
            try files.removeItem(atPath: path)
            try files.createSymbolicLink(atPath: path, withDestinationPath: "/dev/null")
            try await expectRefusal(of: "\(section) file", "it is a symbolic link", by: stage)
        }
    }

    private func expectRefusal(of step: String, _ words: String, by stage: Stage) async throws {
        let result = try await stage.check()
        #expect(result.failures.map(\.name) == [step])
        #expect(result.failures.first?.detail.contains(words) == true, "\(result.failures)")
        let plugin = try PluginProcess(["start", "--config", stage.configuration])
        #expect(try await plugin.exitCode() == 78)
        #expect(plugin.state.value.lines.last?.contains(words) == true, "\(plugin.state.value.lines)")
    }

    @Test("A setting that works and should be changed is a warning, and leaves the exit code at 0")
    func warning() async throws {
        try await Stage.with { stage in
            try stage.edit { line in line.hasPrefix("secret = ") ? "secret = \"signing-secret-value\"" : line }
            let result = try await stage.check()
            #expect(result.code == 0)
            let line = try #require(
                result.lines.firstIndex { $0.hasPrefix("! configuration: [mattermost] secret is the example of") })
            #expect(result.lines[line + 1].hasPrefix("    → Set it to a random value"))
            #expect(result.lines.last == "No step failed, 2 warnings.")
            let object = try #require(try await stage.check("--json").object)
            #expect(object["ok"] as? Bool == true)
            #expect(object["warnings"] as? Int == 2)
            #expect(object["failures"] as? Int == 0)
        }
    }

    @Test("A configuration with mistakes is reported with all of them, and the exit code is 78")
    func wrongConfiguration() async throws {
        try await Stage.with { stage in
            try stage.edit { line in line.hasPrefix("token = ") || line.hasPrefix("url = ") ? "" : line }
            let result = try await stage.check()
            #expect(result.code == 78)
            #expect(result.failures.map(\.name) == ["configuration", "configuration"])
            #expect(result.failures.map(\.detail).joined().contains("[mattermost] token"))
            #expect(try await stage.check("--json").object?["ok"] as? Bool == false)
        }
    }

    @Test("As JSON it is one object with the steps, and no secret is in it")
    func json() async throws {
        try await Stage.with { stage in
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: stage.configuration)
            let result = try await stage.check("--json")
            #expect(result.code == 1)
            let object = try #require(result.object)
            #expect(object["ok"] as? Bool == false)
            let steps = try #require(object["steps"] as? [[String: String]])
            let failures = steps.filter { $0["status"] == "failed" }
            #expect(failures.map { $0["name"] } == ["file modes"])
            #expect(failures.first?["mend"]?.hasPrefix("chmod go= ") == true)
            #expect(
                steps.allSatisfy {
                    $0["name"] != nil && $0["detail"] != nil && ["ok", "warning", "failed", "skipped"].contains($0["status"])
                })
            let token = try #require(try stage.mattermost.world.read { $0.token(of: ChatState.botName) })
            let text = result.lines.joined()
            for secret in [token, "a secret of the tests alone", "PRIVATE KEY"] { #expect(!text.contains(secret)) }
        }
    }
}
