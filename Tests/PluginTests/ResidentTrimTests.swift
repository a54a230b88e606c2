import Foundation
import Testing

@testable import Plugin

@Suite("Giving memory back")
struct ResidentTrimTests {
    /// Kilobytes of files that are mapped and resident.
    static func residentFiles() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssFile:") })
        return try #require(line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) })
    }

    @Test("The program's own pages are given back, and it goes on")
    func trim() throws {
        let before = try Self.residentFiles()
        ResidentTrim.trim()
        #expect(try Self.residentFiles() < before)
    }
}
