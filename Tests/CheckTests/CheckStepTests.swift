import Access
import Foundation
import Synchronization
import Testing

@testable import Check

@Suite("The steps of a check")
struct CheckStepTests {
    private struct Strange: Error {}
    private static let warning = CheckStep.warning("f", Notice("g", mend: "h"), otherwise: "i")

    @Test("A failure shows the error's words and, as a sentence, what to do; without such advice it shows the step's own")
    func failures() {
        func step(_ error: any Error) -> CheckStep { .failed("a", error, otherwise: "Look.") }
        let refused = MattermostError(.unauthorized, "GET /x: 401 \"no. Really; no\" (a.b).", mend: "Set the token.")
        #expect(step(refused) == .failed("a", "GET /x: 401 \"no. Really; no\" (a.b)", mend: "Set the token."))
        let denied = TeleportError(.permissionDenied, "Ping: no; really", mend: "add to the role: - {resources: [a. B]}")
        #expect(step(denied) == .failed("a", "Ping: no; really", mend: "Add to the role: - {resources: [a. B]}"))
        let foreign = TeleportError(.misconfigured, "it failed", mend: "root_cas is another cluster's")
        #expect(step(foreign).mend == "root_cas is another cluster's", "the name of a setting keeps its spelling")
        #expect(step(TeleportError(.unavailable, "it failed. Nobody knows")).mend == "Look.")
        #expect(step(Strange()) == .failed("a", "Strange()", mend: "Look."))
    }

    @Test("The reasons of several routes to Teleport stay together, and a proxy's description of itself becomes the advice")
    func routes() {
        let reasons = "No way to the auth service by addr a:1: as x: no; is it?; as y: no."
        var error = TeleportError(.unavailable, reasons, mend: "It is old. Name another.", reason: .noRoute)
        #expect(error.message == "It is old. Name another. " + reasons)
        #expect(TeleportCheck.step(error) == .failed("Teleport", String(reasons.dropLast()), mend: "It is old. Name another."))
        error.mend = nil
        #expect(TeleportCheck.step(error).mend?.hasPrefix("Mend what keeps the one that you mean from working") == true)
        let other = TeleportCheck.step(TeleportError(.unavailable, "cannot connect"))
        #expect(other.mend?.hasPrefix("Check [teleport] addr") == true)
    }

    @Test("A failure and a warning are two lines, the second with what to do; every other step is one line")
    func text() {
        #expect(CheckStep.ok("a", "b").text == "✓ a: b\n")
        #expect(CheckStep.skipped("a", "b").text == "– a: b\n")
        #expect(CheckStep.failed("a", "b", mend: "c").text == "✗ a: b\n    → c\n")
        #expect(CheckStep.warning("a", Notice("b.", mend: "do c"), otherwise: "d").text == "! a: b\n    → Do c\n")
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

    @Test("A report shows each step at once, and at the end the number of failures")
    func report() {
        #expect(output(isJSON: false, .ok("a", "b")) == ["✓ a: b\n", "\nAll is well.\n"])
        let failure = CheckStep.failed("c", "d", mend: "e")
        #expect(output(isJSON: false, .ok("a", "b"), failure).last == "\n1 step failed.\n")
        #expect(output(isJSON: false, .ok("a", "b"), failure, failure).last == "\n2 of 3 steps failed.\n")
        #expect(output(isJSON: false, Self.warning, failure, failure).last == "\n2 of 3 steps failed, 1 warning.\n")
        #expect(output(isJSON: false, Self.warning, Self.warning, failure).last == "\n1 step failed, 2 warnings.\n")
        #expect(output(isJSON: false, Self.warning, .ok("a", "b")).last == "\nNo step failed, 1 warning.\n")
        #expect(output(isJSON: false, isInterrupted: true, .ok("a", "b")).last == "\nInterrupted.\n")
    }

    @Test("As JSON a report is one object, which is written once")
    func json() throws {
        let text = output(isJSON: true, .ok("a", "b"), .failed("c", "d", mend: "e"), .skipped("f", "g"), Self.warning)
        #expect(text.count == 1)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text[0].utf8)) as? [String: Any])
        #expect(object["ok"] as? Bool == false)
        #expect(object["interrupted"] as? Bool == false)
        let steps = try #require(object["steps"] as? [[String: String]])
        #expect(steps.map { $0["status"] } == ["ok", "failed", "skipped", "warning"])
        #expect(object["failures"] as? Int == 1)
        #expect(object["warnings"] as? Int == 1)
        #expect(steps[3] == ["name": "f", "status": "warning", "detail": "g", "mend": "H"])
        #expect(steps[1] == ["name": "c", "status": "failed", "detail": "d", "mend": "e"])
    }
}
