import Access
import Foundation
import Logging
import Testing

@testable import Log

@Suite("The files of log and audit")
struct LogFileTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "files-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func reason(_ path: String, _ purpose: LogDestination.Purpose) -> String? {
        let checked = LogFile.problem(path, purpose)
        do {
            _ = try LogDestination.file(path, for: purpose)
            #expect(checked == nil)
            return nil
        } catch {
            #expect(checked?.description == error.description, "check says the same")
            return error.description
        }
    }

    @Test("A file that others can write or read is refused, with the command that mends it")
    func mode() throws {
        try withFolder { folder in
            for (mode, purpose, mend) in [
                (0o666, .audit, "chmod 600"), (0o640, .audit, "chmod 600"), (0o600, .audit, nil), (0o666, .log, "chmod go-w"),
                (0o660, .log, "chmod go-w"), (0o644, .log, nil),
            ] as [(mode_t, LogDestination.Purpose, String?)] {
                let path = "\(folder)/\(mode)-\(purpose)"
                #expect(FileManager.default.createFile(atPath: path, contents: nil))
                chmod(path, mode)
                let said = reason(path, purpose)
                #expect((said == nil) == (mend == nil))
                if let mend { #expect(said?.contains("Type \(mend) \(path).") == true) }
            }
            _ = try LogDestination.file("\(folder)/new", for: .audit)
            let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/new")[.posixPermissions] as? Int
            #expect(mode == 0o600, "a new audit file is its owner's alone")
        }
    }

    @Test("A link, a device, a folder and a FIFO are refused at once, with and without a reader", .timeLimit(.minutes(1)))
    func type() throws {
        try withFolder { folder in
            #expect(FileManager.default.createFile(atPath: "\(folder)/file", contents: nil))
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "\(folder)/file")
            mkfifo("\(folder)/fifo", 0o600)
            for purpose in [LogDestination.Purpose.log, .audit] {
                #expect(reason("\(folder)/link", purpose)?.contains("it is a symbolic link. Name a file") == true)
                for other in ["/dev/null", folder, "\(folder)/fifo"] {
                    #expect(reason(other, purpose)?.contains("it is no regular file. Name a file") == true)
                }
                let reader = open("\(folder)/fifo", O_RDONLY | O_NONBLOCK)
                #expect(reason("\(folder)/fifo", purpose)?.contains("it is no regular file") == true)
                close(reader)
            }
        }
    }

    @Test("A file that belongs to another user is refused")
    func owner() throws {
        try withFolder { folder in
            let path = "\(folder)/file"
            #expect(FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]))
            guard geteuid() == 0 else { return }
            chown(path, 4321, 4321)
            let words = try #require(throws: LogDestination.OpenError.self) { try LogDestination.file(path) }.description
            #expect(words.contains("it belongs to another user (4321)") && words.contains("chown 0 \(path)"))
            #expect(LogFile.problem(path, .audit) == nil, "root may look for the user who runs the plugin")
            #expect(LogFile.problem(path, .audit, by: 1234) != nil)
        }
    }

    @Test("If a rotation leaves a file with access for everybody, the old file is kept and the reason reported")
    func reopen() throws {
        try withFolder { folder in
            let path = "\(folder)/audit"
            let destination = try LogDestination.file(path, for: .audit)
            destination.write("one\n")
            rename(path, path + ".1")
            #expect(FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o666]))
            chmod(path, 0o666)
            #expect(throws: LogDestination.OpenError.self) { try destination.reopen() }
            destination.write("two\n")
            #expect(try String(contentsOfFile: path + ".1", encoding: .utf8) == "one\ntwo\n")
            #expect(try String(contentsOfFile: path, encoding: .utf8).isEmpty)
        }
    }
}

@Suite("A field of the log")
struct LogFieldTests {
    @Test(
        "No character of a value changes the quotation marks and backslashes around it",
        arguments: [
            "\u{301}a", "a\"\u{301} user:root", "a\\\u{301}\" user:root", "a\u{A0}user:root", "a\u{2003}user:root",
            "a\u{3000}b", "\u{D4E}", "a\u{D4E}", "\u{600}", "\u{FE0F}", "\u{1F3FB}", "\u{200D}", "\r\n", "\u{85}x", "", "\"",
            "\\", "e\u{301}",
        ])
    func escaped(_ value: String) {
        let written = LogField.written(value)
        let scalars = Array(written.unicodeScalars)
        // The quotation marks must be the same for tools that read characters and for tools that read scalars.
        #expect(written.first == "\"" && written.last == "\"" && scalars.first == "\"" && scalars.last == "\"")
        #expect(written.count(where: { $0 == "\"" }) == scalars.count { $0 == "\"" })
        #expect(written.count(where: { $0 == "\\" }) == scalars.count { $0 == "\\" })
        var open = 0
        var isEscaped = false
        for scalar in scalars {
            if !isEscaped, scalar == "\"" { open += 1 }
            isEscaped = !isEscaped && scalar == "\\"
            #expect(scalar == " " || !scalar.properties.isWhitespace)
        }
        #expect(open == 2 && !isEscaped)
    }

    @Test("A value in plain ASCII is written without quotation marks, and letters of any script stay readable")
    func readable() {
        #expect(LogField.written("r-1") == "r-1")
        #expect(LogField.written("Zo\u{EB} \u{4E2D}") == "\"Zo\u{EB} \u{4E2D}\"")
        #expect(LogField.written("Zoe\u{308}") == "\"Zoe\u{308}\"")
    }
}
