import Base
import Foundation
import Logging
import TestSupport
import Testing

@testable import Log

@Suite("The log as JSON")
struct JSONLogTests {
    private static let moment = Timestamp(milliseconds: 1_795_212_429_042)

    private func text(_ body: (Logger) throws -> Void) throws -> String {
        let file = AuditFile()
        defer { file.remove() }
        let destination = try LogDestination.file(file.path)
        try body(
            Logger(label: "test") { _ in
                JSONLogHandler(level: .debug, destination: destination, now: { Self.moment })
            })
        return try file.text()
    }

    private func objects(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    @Test("A line is one object with time, level, message and fields; lines of debugging also have the place")
    func shape() throws {
        let text = try text { logger in
            logger.notice("Approved", metadata: ["request_id": "r-1", "user": "a \"b\""])
            logger.debug("Watcher connected")
        }
        let lines = text.split(separator: "\n")
        #expect(
            lines.first == #"""
                {"time":"\#(Self.moment.millisecondInUTC)","level":"INFO","message":"Approved",\#
                "fields":{"request_id":"r-1","user":"a \"b\""}}
                """#)
        let second = try #require(try objects(text).last)
        #expect(Set(second.keys) == ["time", "level", "message", "source"])
        #expect((second["source"] as? String)?.hasPrefix("LogTests/JSONLogTests.swift:") == true)
    }

    @Test(
        "Levels have the names that severity has for them",
        arguments: [
            (Logger.Level.debug, "DEBUG"), (.info, "INFO"), (.notice, "INFO"), (.warning, "WARN"), (.error, "ERROR"),
        ])
    func levels(_ level: Logger.Level, _ name: String) throws {
        let found = try objects(try text { $0.log(level: level, "x") })
        #expect(found.first?["level"] as? String == name)
    }

    @Test("Whatever a stranger writes, each event stays one whole object of bounded size")
    func bounded() throws {
        let long = String(repeating: "\u{1}\"\n\u{2028}", count: 20_000)
        let fields = Logger.Metadata(uniqueKeysWithValues: (0..<40).map { ("field\($0)", "\(long)") })
        let text = try text { logger in
            logger.warning("\(long)", metadata: fields)
            logger.warning("x", metadata: ["\(long)": "\(long)"])
        }
        let lines = text.split(separator: "\n")
        #expect(lines.count == 2 && lines.allSatisfy { $0.utf8.count < LineBudget.lineLimit })
        #expect(try objects(text).count == 2)
    }

    @Test("A place that logs too often is counted, as JSON too")
    func counted() throws {
        let text = try text { logger in
            for _ in 0..<1000 { logger.warning("once more") }
        }
        #expect(try objects(text).count == LineBudget.lines)
    }
}
