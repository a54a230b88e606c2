import Foundation
import Logging
import NIOCore
import TestSupport
import Testing

@testable import CallbackServer
@testable import Log

@Suite("The log lines that a flood can write")
struct LogBoundTests {
    @Test(
        "Each place in the program may log 300 lines a minute, all together 2 MiB, and decisions are never limited"
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

    @Test("The lines that a place in the program could not write are counted when the minute is over")
    func counted() {
        var budget = LineBudget()
        for _ in 0..<LineBudget.lines { #expect(budget.take("a:1", bytes: 10, at: .zero).isWritten) }
        #expect(!budget.take("a:1", bytes: 10, at: .zero).isWritten)
        #expect(budget.take("b:2", bytes: 10, at: .zero).isWritten)
        let after = budget.take("b:2", bytes: 10, at: LineBudget.window)
        #expect(after.isWritten && after.more.map(\.count) == [1] && after.more.map(\.place) == ["a:1"])
        #expect(!budget.take("c:3", bytes: LineBudget.bytes, at: LineBudget.window).isWritten)
    }

    @Test("A refusal without a line of its own is in the count of its source")
    func notWorthALine() {
        var written: [RefusedCallback] = []
        var log = RefusalLog(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) { written.append($0) }
        for _ in 0..<1000 { log.counted(from: "192.0.2.1", at: .uptimeNanoseconds(0)) }
        #expect(written.isEmpty)
        log.endWindow(at: .uptimeNanoseconds(0) + RefusalLog.window)
        #expect(written.map(\.count) == [1000])
    }
}
