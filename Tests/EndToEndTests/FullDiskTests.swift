import Foundation
import Sandbox
import Testing

@Suite("A full disk, with the built plugin", .timeLimit(.minutes(1)))
struct FullDiskTests {
    /// Calls `/readyz` of the private port, and returns the status and the notes about the audit.
    private func readyz(_ port: Int) async throws -> (status: Int, notes: [String]) {
        let answer = try await PrivatePort(port: port).page("/readyz")
        let object = try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: Any]
        let notes = (object?["notes"] as? [[String: Any]] ?? []).compactMap { $0["words"] as? String }
        return (answer.status, notes.filter { $0.contains("audit") })
    }

    @Test("People go on deciding, the operator is told once, and afterwards the audit goes on")
    func audit() async throws {
        try await Stage.with { stage in
            let path = stage.folder.appending(path: "audit.jsonl").path
            try stage.edit { line in line == "[log]" ? "[audit]\noutput = \"\(path)\"\n\n[log]" : line }
            let port = try stage.openPrivatePort()
            let plugin = try await stage.startPlugin()
            // A limit on the size of the process's files stands in for a full disk. A device such as `/dev/full` cannot,
            // because the audit has to be a regular file.
            try plugin.limitFiles(to: 0)
            for person in ["bob", "carol"] {
                let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
                let post = try await stage.post(about: id, showing: "pending")
                #expect(try await stage.click("approve", on: post, as: person).hasPrefix("You approved"))
            }
            let line = try await plugin.line(containing: "the audit file \(path) cannot be written")
            #expect(line.hasPrefix("ERRO") && line.contains("File too large"))
            #expect(plugin.state.value.lines.count { $0.contains("cannot be written") } == 1)
            let ready = try await readyz(port)
            #expect(ready.status == 200)
            #expect(ready.notes.count == 1 && ready.notes.allSatisfy { $0.hasPrefix("the audit file \(path) cannot be") })
            try plugin.limitFiles(to: nil)
            plugin.send(SIGHUP)
            try await plugin.line(containing: "Reopened the log")
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let post = try await stage.post(about: id, showing: "pending")
            #expect(try await stage.click("deny", on: post, as: "bob").hasPrefix("You denied"))
            try await plugin.line(containing: "is written again; lines lost: 2")
            // The limit on files gives another reason than a full disk does.
            let sample = try Sample(in: "operation.md", with: "its lines are lost")
                .replacing("No space left on device", with: "File too large")
            #expect(sample.lines.count == 2 && sample.absent(from: plugin.state.value.lines) == [])
            #expect(try await readyz(port).notes == [])
            let written = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            #expect(written.count == 1 && written.allSatisfy { $0.contains(#""outcome":"denied""#) })
            #expect(try await plugin.stop() == 0)
        }
    }
}
