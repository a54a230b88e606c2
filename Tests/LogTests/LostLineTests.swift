import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Log

@Suite("A log that cannot be written")
struct LostLineTests {
    /// A disk with room for a given number of bytes.
    private struct Disk {
        var written: [UInt8] = []
        var room: Int

        mutating func write(_ bytes: UnsafeRawBufferPointer) -> Int {
            guard room > 0 else { return -Int(ENOSPC) }
            let taken = bytes.prefix(room)
            written += taken
            room -= taken.count
            return taken.count
        }
    }

    @Test(
        "A torn line stays apart from the next; the first lost line is reported, and so is the end of the loss",
        arguments: 0...12)
    func torn(room: Int) {
        var (lines, disk) = (LineWriter(), Disk(room: room))
        #expect(lines.write("{first}\n") { disk.write($0) } == (room < 8 ? .failed(ENOSPC) : nil))
        #expect(lines.write("{second}\n") { disk.write($0) } == (room < 8 ? nil : .failed(ENOSPC)))
        disk.room = 100
        #expect(lines.write("{third}\n") { disk.write($0) } == .recovered(lost: room < 8 ? 2 : 1))
        #expect(lines.write("{fourth}\n") { disk.write($0) } == nil)
        let whole = String(decoding: disk.written, as: UTF8.self).split(separator: "\n").filter { $0.hasSuffix("}") }
        #expect(whole == (room < 7 ? ["{third}", "{fourth}"] : ["{first}", "{third}", "{fourth}"]))
    }

    @Test("An interrupted write goes on, and a write that takes no bytes ends with an error")
    func interrupted() {
        var lines = LineWriter()
        var answers = [-Int(EINTR), 2, -Int(EINTR), 1]
        #expect(lines.write("ab\n") { _ in answers.removeFirst() } == nil)
        #expect(lines.write("ab\n") { _ in 0 } == .failed(EIO))
    }

    @Test("On a full disk the audit says so once, by path and reason, and once when it is over")
    func full() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lost-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (link, room) = (folder.appending(path: "audit.jsonl").path, folder.appending(path: "room").path)
        let target = Mutex("/dev/full")
        let audit = try LogDestination.file(link, for: .audit) { _, _ in
            open(target.withLock { $0 }, O_WRONLY | O_APPEND | O_CREAT, 0o600)
        }
        let told = Mutex<[String]>([])
        audit.onTrouble { trouble in told.withLock { $0.append("\(trouble.isOver) \(trouble.words)") } }
        for _ in 0..<3 { audit.write("{}\n") }
        #expect(audit.trouble?.hasSuffix("cannot be written, and its lines are lost: No space left on device") == true)
        #expect(audit.trouble?.hasPrefix("the audit file \(link)") == true)
        target.withLock { $0 = room }
        try audit.reopen()
        audit.write("{\"n\":1}\n")
        #expect(audit.trouble == nil)
        #expect(told.withLock { $0.map { String($0.prefix(5)) } } == ["false", "true "])
        #expect(told.withLock { $0.last }?.hasSuffix("lines lost: 3") == true)
        #expect(try String(contentsOfFile: room, encoding: .utf8) == "{\"n\":1}\n")
    }

    @Test("A line that a full disk tore before a restart stays apart from the first one after it")
    func restart() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "lost-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try "{\"n\":1}\n{\"n\":".write(toFile: path, atomically: true, encoding: .utf8)
        try LogDestination.file(path).write("{\"n\":3}\n")
        try LogDestination.file(path).write("{\"n\":4}\n")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "{\"n\":1}\n{\"n\":\n{\"n\":3}\n{\"n\":4}\n")
    }
}
