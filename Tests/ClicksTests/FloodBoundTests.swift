import Access
import CallbackServer
import Foundation
import Logging
import PluginTestSupport
import Synchronization
import Testing

@testable import Clicks

@Suite("The audit lines that a flood of clicks can write")
struct FloodBoundTests {
    private func click(_ number: Int, by user: String, remote: String = "192.0.2.1") throws -> Click {
        Click(
            requestID: try #require(RequestID("r-\(number)")), decision: .deny, cluster: nil, userID: user,
            post: PostReference(channelID: "c", postID: "p"), remote: remote)
    }

    private func audit(_ file: AuditLines, elapsed: @escaping @Sendable () -> Duration = { .zero }) throws -> AuditLog {
        AuditLog(
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, file: file.write,
            elapsed: elapsed)
    }

    @Test("One person's refused clicks are sixty lines of the audit a minute and a count; another person's are still written")
    func onePerson() throws {
        let file = AuditLines()
        let elapsed = Mutex(Duration.zero)
        let audit = try audit(file) { elapsed.withLock { $0 } }
        for number in 0..<1000 { audit.write(AuditEntry(.refused, try click(number, by: "u"), words: "w"), at: .now) }
        audit.write(AuditEntry(.refused, try click(1, by: "v"), words: "w"), at: .now)
        elapsed.withLock { $0 = RefusalBudget.window }
        audit.writeCounts(at: .now)
        let lines = try file.lines()
        #expect(lines.count == RefusalBudget.perPerson + 2)
        #expect(lines.last?["count"] == "\(1000 - RefusalBudget.perPerson)" && lines.last?["user_id"] == "u")
        #expect(lines.contains { $0["user_id"] == "v" && $0["count"] == nil })
    }

    @Test("However many people are refused, a minute of the audit is bounded, and every refusal is counted once")
    func all() throws {
        let file = AuditLines()
        let audit = try audit(file)
        let worst = String(repeating: "\u{0}", count: 100_000)
        for number in 0..<5000 {
            var entry = AuditEntry(.refused, try click(number, by: "u\(number % 700)", remote: worst), words: worst)
            entry.reason = worst
            audit.write(entry, at: .now)
        }
        audit.writeCounts(at: .now, isLast: true)
        let lines = try file.lines()
        #expect(lines.count <= RefusalBudget.total + RefusalBudget.people + 1)
        #expect(lines.reduce(0) { $0 + (Int($1["count"] ?? "1") ?? 0) } == 5000)
        #expect(file.text.utf8.count <= (RefusalBudget.total + RefusalBudget.people + 1) * (AuditLog.lineLimit + 200))
        for line in file.text.split(separator: "\n") { #expect(line.utf8.count <= AuditLog.lineLimit + 200) }
    }

    @Test("Decisions are written whatever else is refused")
    func decisions() throws {
        let file = AuditLines()
        let audit = try audit(file)
        for number in 0..<1000 {
            audit.write(AuditEntry(.refused, try click(number, by: "u"), words: "w"), at: .now)
            audit.write(AuditEntry(.denied, try click(number, by: "u"), words: "w"), at: .now)
        }
        #expect(try file.lines().count { $0["outcome"] == "denied" } == 1000)
    }
}
