import Foundation
import Synchronization
import Testing

@testable import Plugin

@Suite("The steps of a check")
struct CheckStepTests {
    @Test(
        "An error's words are taken apart into what is wrong and what to do",
        arguments: [
            (
                "Mattermost GET /x: 401 \"no. Really; no\" (a.b). Set the token.",
                "Mattermost GET /x: 401 \"no. Really; no\" (a.b)", "Set the token."
            ),
            (
                "[http] x: is missing. Set it to a URL, e.g. https://a.b; or remove it.", "[http] x: is missing",
                "Set it to a URL, e.g. https://a.b; or remove it."
            ),
            ("the key does not match; give the pair", "the key does not match", "Give the pair"),
            ("it failed; root_cas is another cluster's", "it failed", "root_cas is another cluster's"),
            ("TLS with 1.2.3.4 failed", "TLS with 1.2.3.4 failed", nil),
            ("does not exist.", "does not exist", nil),
            ("", "", nil),
        ] as [(String, String, String?)])
    func mend(_ words: String, _ detail: String, _ mend: String?) {
        let parts = Mend.split(words)
        #expect(parts.detail == detail)
        #expect(parts.mend == mend)
    }

    @Test("Several ways to Teleport stay together, and a proxy's advice is the mend")
    func ways() throws {
        let reasons = "No way to the auth service by addr a:1: as x: no; is it?; as y: no."
        #expect(try #require(TeleportCheck.ways(reasons)).detail == reasons)
        let advised = try #require(TeleportCheck.ways("It is old. Name another. " + reasons))
        #expect(advised.detail == reasons)
        #expect(advised.mend == "It is old. Name another.")
        #expect(TeleportCheck.ways("cannot connect") == nil)
    }

    @Test("A failure is two lines, the second with the mend; whatever else is one")
    func text() {
        #expect(CheckStep.ok("a", "b").text == "✓ a: b\n")
        #expect(CheckStep.skipped("a", "b").text == "– a: b\n")
        #expect(CheckStep.failed("a", "b", mend: "c").text == "✗ a: b\n    → c\n")
    }

    @Test("A server's words cannot begin a line of their own, nor end a string of JSON")
    func hostile() throws {
        let step = CheckStep.failed("a", "x\n✓ all: is well\u{1B}[2J\"}", mend: "y\r\nz")
        #expect(step.text.filter { $0 == "\n" }.count == 2)
        #expect(!step.text.contains("\u{1B}"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(step.json.utf8)) as? [String: String])
        #expect(object["detail"] == "x ✓ all: is well [2J\"}")
        #expect(Set(object.keys) == ["name", "status", "detail", "mend"])
    }

    private func output(isJSON: Bool, isInterrupted: Bool = false, _ steps: CheckStep...) -> [String] {
        let lines = Mutex<[String]>([])
        let report = CheckReport(isJSON: isJSON, output: { line in lines.withLock { $0.append(line) } }, progress: { _ in })
        for step in steps { report.add(step) }
        report.finish(isInterrupted: isInterrupted)
        return lines.withLock { $0 }
    }

    @Test("A report tells each step at once, and at the end how many failed")
    func report() {
        #expect(output(isJSON: false, .ok("a", "b")) == ["✓ a: b\n", "\nAll is well.\n"])
        let failed = output(isJSON: false, .ok("a", "b"), .failed("c", "d", mend: "e"))
        #expect(failed.last == "\n1 of 2 steps failed.\n")
        #expect(output(isJSON: false, isInterrupted: true, .ok("a", "b")).last == "\nInterrupted.\n")
    }

    @Test("As JSON a report is one object, said once")
    func json() throws {
        let text = output(isJSON: true, .ok("a", "b"), .failed("c", "d", mend: "e"), .skipped("f", "g"))
        #expect(text.count == 1)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text[0].utf8)) as? [String: Any])
        #expect(object["ok"] as? Bool == false)
        #expect(object["interrupted"] as? Bool == false)
        let steps = try #require(object["steps"] as? [[String: String]])
        #expect(steps.map { $0["status"] } == ["ok", "failed", "skipped"])
        #expect(steps[1] == ["name": "c", "status": "failed", "detail": "d", "mend": "e"])
    }
}
