import Access
import Foundation
import NIOCore
import TestSupport
import Testing

@testable import CallbackServer
@testable import Clicks
@testable import Daemon
@testable import Log

@Suite("The bounds that docs/security.md promises")
struct BoundsTests {
    private static let root = Fixtures.root.deletingLastPathComponent().deletingLastPathComponent()

    private func section(_ title: String) throws -> [[String]] {
        let text = try String(contentsOf: Self.root.appending(path: "docs/security.md"), encoding: .utf8)
        let section = try #require(text.components(separatedBy: "\n## \(title)\n").last?.components(separatedBy: "\n## ").first)
        return section.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst(2).map { row in
            row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    /// Returns the numbers in a cell of the table, in the units of the table.
    private func numbers(_ cell: String) -> [Int] {
        cell.replacing(",", with: "").split { !$0.isNumber }.compactMap { Int($0) }
    }

    private func seconds(_ amount: TimeAmount) -> Double { Double(amount.nanoseconds) / 1e9 }

    /// The bounds in the code, by the beginning of the row that documents them.
    private var code: [String: [Int]] {
        let limits = CallbackServer.Limits()
        let whole = { (duration: Duration) in Int(duration.components.seconds) }
        let rate = { (rate: Bucket.Rate) in Int((1 / Double(rate.refill.nanoseconds) * 1e9).rounded()) }
        return [
            "signatures, proofs and passwords": [limits.failureRate.burst, Int(seconds(limits.failureRate.refill))],
            "other requests that come to nothing": [limits.requestRate.burst, rate(limits.requestRate)],
            "signed clicks that are being decided": [limits.maxDecisions],
            "connections of one source": [limits.connectionsPerSource],
            "connections of all": [limits.maxConnections],
            "TLS handshake": [whole(limits.handshake)], "a later head": [whole(limits.head)],
            "head and body": [whole(limits.request), limits.headBytes >> 10, limits.bodyBytes >> 10],
            "a connection without a request": [whole(limits.idle)],
            "`/healthz`": [limits.probeRate.burst, rate(limits.probeRate)],
            "requests of one connection": [limits.turn.stranger, limits.turn.clicker],
            "sources with limits": [SourceLedger.places],
            "requests and bodies sent ahead": [limits.pipelinedParts, limits.readParts],
            "decisions of one person's": [DecisionsInFlight.limit],
            "proofs remembered |": [SeenProofs.limit], "proofs remembered of one": [SeenProofs.perPerson],
            "proofs are remembered for": [whole(SeenProofs.keep), whole(SeenProofs.keepWithDialogs)],
            "answers kept": [SeenProofs.answers],
            "a click's proof": [whole(ProofVerifier.window)], "a dialog's state is": [whole(DialogMaker.lifetime)],
            "submissions of one": [SeenSubmissions.tries], "dialogs remembered |": [SeenSubmissions.limit],
            "dialogs remembered of one": [SeenSubmissions.perPerson], "characters of a reason": [ReasonDialog.limit],
            "people who reviewed": [RecordedReviewers.limit],
            "lines in log and audit of refused": [RefusalLog.total, RefusalLog.burst],
            "lines in the audit of refused": [RefusalBudget.total, RefusalBudget.perPerson],
            "bytes of a line of the audit": [AuditLog.lineLimit],
            "lines in the log of one": [LineBudget.lines], "bytes in the log": [LineBudget.bytes],
            "bytes of a line of the log": [LineBudget.lineLimit],
            "a pause that Mattermost": [whole(MattermostError.longestPause)],
        ]
    }

    @Test("Each row of the table says what the code does, and the table has a row for each bound")
    func table() throws {
        let rows = try section("Bounds")
        let code = code
        #expect(rows.count == code.count)
        for row in rows {
            let named = code.filter { "\(row[0]) |".hasPrefix($0.key) }
            #expect(named.count == 1, "\(row[0])")
            #expect(named.first?.value == numbers(row[1]), "\(row[0])")
        }
    }

    @Test("A line of the audit or the log has a largest size, and so have the lines about refusals in a minute")
    func bytes() {
        let callbacks = RefusalLog.total + RefusalLog.sources + 1
        let people = RefusalBudget.total + RefusalBudget.people + 1
        #expect((callbacks + people) * AuditLog.lineLimit < 4 << 20)
        #expect(LineBudget.bytes <= 2 << 20)
    }

    @Test("Every test that the table of the model names exists")
    func model() throws {
        let files = FileManager.default.enumerator(at: Self.root.appending(path: "Tests"), includingPropertiesForKeys: nil)
        var sources = ""
        while let file = files?.nextObject() as? URL {
            if file.pathExtension == "swift" { sources += try String(contentsOf: file, encoding: .utf8) }
        }
        sources = sources.replacing(#/@Test\(\s+"/#, with: "@Test(\"")
        let rows = try section("The model")
        #expect(rows.count == 10)
        for row in rows {
            let tests = (row.last ?? "").split(separator: "`").enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
            #expect(row.count == 4 && !tests.isEmpty)
            for test in tests { #expect(sources.contains("@Test(\"\(test)\""), "\(test)") }
        }
    }
}
