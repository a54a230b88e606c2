import Access
import CallbackServer
import Foundation
import Logging
import NIOCore
import Synchronization
import Testing

@testable import CallbackServer
@testable import Plugin

@Suite("What a flood writes")
struct FloodBoundTests {
    private func click(_ number: Int, by user: String, remote: String = "192.0.2.1") throws -> Click {
        Click(
            requestID: try #require(RequestID("r-\(number)")), decision: .deny, cluster: nil, userID: user,
            post: PostReference(channelID: "c", postID: "p"), remote: remote)
    }

    private func audit(_ file: AuditFile, elapsed: @escaping @Sendable () -> Duration = { .zero }) throws -> AuditLog {
        AuditLog(
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, file: try .file(file.path, for: .audit),
            elapsed: elapsed)
    }

    @Test("One person's refused clicks are sixty lines of the audit a minute, and a number; another's go on being written")
    func onePerson() throws {
        let file = AuditFile()
        defer { file.remove() }
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

    @Test(
        "However many people are refused, a minute of the audit has so many lines and bytes, and every refusal is counted once")
    func all() throws {
        let file = AuditFile()
        defer { file.remove() }
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
        #expect(try file.text().utf8.count <= (RefusalBudget.total + RefusalBudget.people + 1) * (AuditLog.lineLimit + 200))
        for line in try file.text().split(separator: "\n") { #expect(line.utf8.count <= AuditLog.lineLimit + 200) }
    }

    @Test("Decisions are written whatever else is refused")
    func decisions() throws {
        let file = AuditFile()
        defer { file.remove() }
        let audit = try audit(file)
        for number in 0..<1000 {
            audit.write(AuditEntry(.refused, try click(number, by: "u"), words: "w"), at: .now)
            audit.write(AuditEntry(.denied, try click(number, by: "u"), words: "w"), at: .now)
        }
        #expect(try file.lines().count { $0["outcome"] == "denied" } == 1000)
    }

    @Test(
        "One place in the program has three hundred lines of the log a minute, all of them two mebibytes, and decisions all they need"
    )
    func log() throws {
        let file = AuditFile()
        defer { file.remove() }
        let destination = try LogDestination.file(file.path)
        let logger = Logger(label: "test") { _ in TextLogHandler(level: .info, destination: destination) }
        for _ in 0..<1000 { logger.warning("once more", metadata: ["what": "\(String(repeating: "\u{300}", count: 20_000))"]) }
        for _ in 0..<1000 { logger.notice("a decision") }
        let lines = try file.text().split(separator: "\n")
        #expect(lines.count { $0.hasPrefix("WARN") } <= LineBudget.lines)
        #expect(lines.count { $0.hasPrefix("INFO") } == 1000)
        #expect(lines.allSatisfy { $0.utf8.count < LineBudget.lineLimit })
        #expect(try file.text().utf8.count <= LineBudget.bytes + 1000 * 100)
    }

    @Test("What a place of the program could not write is told when the minute is over")
    func counted() {
        var budget = LineBudget()
        for _ in 0..<LineBudget.lines { #expect(budget.take("a:1", bytes: 10, at: .zero).isWritten) }
        #expect(!budget.take("a:1", bytes: 10, at: .zero).isWritten)
        #expect(budget.take("b:2", bytes: 10, at: .zero).isWritten)
        let after = budget.take("b:2", bytes: 10, at: LineBudget.window)
        #expect(after.isWritten && after.more.map(\.count) == [1] && after.more.map(\.place) == ["a:1"])
        #expect(!budget.take("c:3", bytes: LineBudget.bytes, at: LineBudget.window).isWritten)
    }

    @Test("What is not worth a line is in the number of its source")
    func notWorthALine() {
        var written: [RefusedCallback] = []
        var log = RefusalLog(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) { written.append($0) }
        for _ in 0..<1000 { log.counted(from: "192.0.2.1", at: .uptimeNanoseconds(0)) }
        #expect(written.isEmpty)
        log.endWindow(at: .uptimeNanoseconds(0) + RefusalLog.window)
        #expect(written.map(\.count) == [1000])
    }
}
