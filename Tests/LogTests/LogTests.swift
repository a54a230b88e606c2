import Foundation
import Logging
import Testing

@testable import Log

@Suite("The log")
struct LogTests {
    /// Returns the lines that `body` logs.
    func lines(level: Logger.Level = .debug, _ body: (Logger) throws -> Void) throws -> [String] {
        let file = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let destination = try LogDestination.file(file.path)
        try body(Logger(label: "test") { _ in TextLogHandler(level: level, destination: destination) })
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast().map(String.init)
    }

    @Test("A line has the documented shape: level, message, fields, and for debugging the place")
    func shape() throws {
        let lines = try lines { logger in
            for level in [Logger.Level.debug, .info, .error] {
                logger.log(level: level, "Watcher connected", metadata: ["request_id": "r-1", "user": "a b"])
            }
        }
        try #require(lines.count == 3)
        #expect(lines[0].hasPrefix("DEBU   Watcher connected request_id:r-1 user:\"a b\" LogTests/LogTests.swift:"))
        #expect(lines[1] == "INFO   Watcher connected request_id:r-1 user:\"a b\"")
        #expect(lines[2] == "ERRO   Watcher connected request_id:r-1 user:\"a b\"")
    }

    @Test("Text from outside cannot begin a line of its own or colour a terminal")
    func injection() throws {
        let lines = try lines { $0.info("x", metadata: ["reason": "a\nERRO   forged\u{1B}[31m\u{2028}\u{202E}"]) }
        #expect(lines.count == 1)
        #expect(lines[0].contains("a\\nERRO   forged\\u{1b}[31m\\u{2028}\\u{202e}"))
    }

    @Test("A quotation mark in a field cannot end it")
    func quotes() throws {
        let lines = try lines { $0.info("x", metadata: ["reason": "a\" user:\"root"]) }
        #expect(lines[0].contains("reason:\"a\\\" user:\\\"root\""))
    }

    @Test("A line below the configured severity is not written")
    func severity() throws {
        #expect(try lines(level: .info) { $0.debug("no") }.isEmpty)
    }

    @Test("After a rotation the same path is written to again")
    func rotation() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "plugin.log")
        let destination = try LogDestination.file(file.path)
        destination.write("one\n")
        try FileManager.default.moveItem(at: file, to: folder.appending(path: "plugin.log.1"))
        destination.write("two\n")
        try destination.reopen()
        destination.write("three\n")
        #expect(try String(contentsOf: file, encoding: .utf8) == "three\n")
        #expect(try String(contentsOf: folder.appending(path: "plugin.log.1"), encoding: .utf8) == "one\ntwo\n")
    }

    @Test("A log file that cannot be opened names the setting")
    func unopenable() {
        #expect(throws: LogDestination.OpenError.self) { try LogDestination.file("/proc/none/plugin.log") }
        let error = LogDestination.OpenError(path: "/x", reason: "Permission denied")
        #expect("\(error)".contains("`output` in `[log]`"))
    }
}
