import Foundation
import TestSupport
import Testing

/// Runs Debian's `testssl.sh` against the listener.
///
/// Three checks are left out to save time. The one of each cipher by itself (`--each-cipher`) adds nothing to the standard
/// categories and the server's preference. Browsers, which `testssl.sh` can simulate, do not connect to this listener.
/// `--grease` is implied by other checks.
@Suite("testssl.sh against the built plugin", .timeLimit(.minutes(8)))
struct TestSSLTests {
    private struct Finding: Decodable {
        var id: String
        var severity: String
        var finding: String
    }

    struct NotFinished: Error { var code: Int32 }

    /// The findings that the certificate of these tests causes. No trust store has it, and no authority could revoke it.
    private static let ofTheCertificate: Set<String> = [
        "cert_chain_of_trust", "cert_revocation",
    ]

    private static let options = [
        "--protocols", "--std", "--server-defaults", "--server-preference", "--pfs", "--header", "--vulnerable",
    ]

    @Test("It finds nothing above LOW but what the test's certificate causes, and TLS 1.0 and 1.1 refused")
    func scan() async throws {
        try await Stage.with { stage in
            let plugin = try await stage.startPlugin()
            let report = stage.folder.appending(path: "testssl.json")
            let code = try await run(
                [
                    "timeout", "400", "testssl", "--quiet", "--warnings", "off", "--color", "0", "-n", "none", "--ip",
                    "127.0.0.1",
                ]
                    + Self.options + ["--jsonfile", report.path, "localhost:\(stage.callbackPort)"])
            // The exit code 124 is that of `timeout`. The exit codes of `testssl.sh` below 200 count its findings.
            guard code != 124, code < 200 else { throw NotFinished(code: code) }
            let findings = try JSONDecoder().decode([Finding].self, from: Data(contentsOf: report))
            let bad = findings.filter { !["OK", "INFO", "LOW", "WARN"].contains($0.severity) }
            #expect(bad.filter { !Self.ofTheCertificate.contains($0.id) }.isEmpty, "\(bad)")
            let said = Dictionary(findings.map { ($0.id, $0.finding) }) { first, _ in first }
            for version in ["SSLv2", "SSLv3", "TLS1", "TLS1_1"] {
                #expect(said[version]?.hasPrefix("not offered") == true, "\(version): \(said[version] ?? "")")
            }
            for version in ["TLS1_2", "TLS1_3"] { #expect(said[version]?.hasPrefix("offered") == true) }
            for check in ["heartbleed", "secure_client_renego", "LUCKY13", "cipher_order"] { #expect(said[check] != nil) }
            #expect(try await plugin.stop() == 0)
        }
    }

    private func run(_ command: [String]) async throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.standardInput = FileHandle.nullDevice
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        return try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}
