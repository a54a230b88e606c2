import Foundation
import Logging
import Testing

@testable import Log

@Suite("The journal")
struct JournalTests {
    /// Runs `body` with the descriptor of a new file and the value that systemd would give `JOURNAL_STREAM` for it.
    private func withFile(_ body: (Int32, _ value: String) throws -> Void) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "journal-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        let descriptor = open(file, O_RDWR | O_CREAT, 0o600)
        defer { close(descriptor) }
        var status = stat()
        try #require(fstat(descriptor, &status) == 0)
        try body(descriptor, "\(status.st_dev):\(status.st_ino)")
    }

    @Test("A descriptor is the journal's if the variable has its device and inode")
    func recognized() throws {
        try withFile { descriptor, value in
            #expect(JournalStream.isJournal(descriptor, value))
            #expect(!JournalStream.isJournal(STDIN_FILENO, value), "it was redirected elsewhere")
            for other in [nil, "", ":", "1", "\(value):1", "\(value)1", " \(value)", "-1:2", "18446744073709551616:1"] {
                #expect(!JournalStream.isJournal(descriptor, other), "\(other ?? "none")")
            }
            #expect(!JournalStream.isJournal(-1, value))
        }
    }

    @Test("Each line gets the priority of its level")
    func priorities() {
        #expect(JournalStream.marked("INFO   a\n", .info) == "<6>INFO   a\n")
        #expect(JournalStream.marked("a\nb\n", .error) == "<3>a\n<3>b\n")
        #expect(JournalStream.marked("a\n", .warning) == "<4>a\n")
        #expect(JournalStream.marked("a\n", .notice) == "<5>a\n")
        #expect(JournalStream.marked("a\n", .debug) == "<7>a\n")
    }
}
