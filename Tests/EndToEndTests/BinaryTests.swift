import Foundation
import TestSupport
import Testing

@Suite("The release binary", .enabled(if: Binaries.Build.chosen == .release))
struct BinaryTests {
    /// Returns the names of all symbols in the release binary.
    static func symbols() throws -> Substring.SubSequence {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/nm")
        process.arguments = ["--", try Binaries.path("teleport-mattermost", .release)]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.allBytes()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)[...]
    }

    @Test("It contains no BoringSSL and no ICU, and uses the system's OpenSSL")
    func symbols() throws {
        let symbols = try Self.symbols()
        #expect(symbols.contains("SSL_do_handshake"), "no symbols: was the binary stripped?")
        for forbidden in ["BoringSSL", "_foundation_unicode", "icu_7", "uloc_"] { #expect(!symbols.contains(forbidden)) }
    }

    @Test("It has no kill points")
    func killPoints() throws {
        let name = Data(KillPointTests.variable.utf8)
        let debug = try Data(contentsOf: URL(filePath: Binaries.path("teleport-mattermost", .debug)))
        #expect(debug.range(of: name) != nil)
        let release = try Data(contentsOf: URL(filePath: Binaries.path("teleport-mattermost", .release)))
        #expect(release.range(of: name) == nil)
    }
}
