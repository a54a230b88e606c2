import Base
import Foundation
import Logging
import Testing

@testable import Log

@Suite("A log whose style is replaced")
struct LiveLogTests {
    @Test("Loggers that were copied before write in the new form, and from the new severity on")
    func replaced() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let destination = try LogDestination.file(file.path)
        let style = Live(LogStyle(level: .info, format: .text))
        var logger = Logger(label: "test") { _ in LiveLogHandler(style, destination: destination) }
        logger[metadataKey: "part"] = "a"
        let copy = logger
        copy.debug("one")
        copy.info("two")
        style.replace(with: LogStyle(level: .debug, format: .json))
        copy.debug("three")
        style.replace(with: LogStyle(level: .error, format: .text))
        copy.warning("four")
        copy.error("five")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
        #expect(lines.count == 3)
        #expect(lines.first == "INFO   two part:a")
        #expect(lines.dropFirst().first?.contains(#""level":"DEBUG","message":"three""#) == true)
        #expect(lines.dropFirst().first?.contains(#""fields":{"part":"a"}"#) == true)
        #expect(lines.last == "ERRO   five part:a")
    }

    @Test("A level that is set for one logger stays that logger's own")
    func ownLevel() {
        let style = Live(LogStyle(level: .info, format: .text))
        var logger = Logger(label: "test") { _ in LiveLogHandler(style, destination: .standardError) }
        let other = logger
        logger.logLevel = .error
        #expect(logger.logLevel == .error && other.logLevel == .info)
        style.replace(with: LogStyle(level: .debug, format: .text))
        #expect(logger.logLevel == .error && other.logLevel == .debug)
    }
}
