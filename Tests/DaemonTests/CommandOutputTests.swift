import Access
import Glibc
import Testing

@testable import Daemon

@Suite("The output of commands")
struct CommandOutputTests {
    @Test("Output that cannot be written makes the command fail, with the system's reason")
    func full() throws {
        let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
        try #require(full >= 0)
        defer { close(full) }
        let failure = #expect(throws: CommandOutput.Failure.self) { try CommandOutput.write("text", to: full) }
        #expect(failure?.message == "the output could not be written: No space left on device")
    }

    @Test("All of the output is written, however much it is")
    func whole() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        let text = String(repeating: "x", count: 60_000)
        try CommandOutput.write(text, to: ends[1])
        close(ends[1])
        var bytes = [UInt8](repeating: 0, count: 70_000)
        let count = bytes.withUnsafeMutableBytes { read(ends[0], $0.baseAddress, $0.count) }
        #expect(count == 60_000)
    }
}
