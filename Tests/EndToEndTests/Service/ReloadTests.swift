import Access
import ActionCrypto
import Foundation
import Sandbox
import TestSupport
import Testing

@Suite("SIGHUP, with the built plugin", .timeLimit(.minutes(1)))
struct ReloadTests {
    /// A certificate and key for the listener that a test can replace. The stage's configuration is changed to use them.
    private struct Pair {
        let key: String
        let certificate: String
        let stage: Stage

        init(on stage: Stage) throws {
            self.stage = stage
            key = stage.folder.appending(path: "own.key").path
            certificate = stage.folder.appending(path: "own.crt").path
            let shared = try Certificates.shared()
            let text = try String(contentsOfFile: stage.configuration, encoding: .utf8)
                .replacingOccurrences(of: shared.path("server.key"), with: key)
                .replacingOccurrences(of: shared.path("server.crt"), with: certificate)
            try Data(text.utf8).write(to: URL(filePath: stage.configuration))
            try replace()
        }

        func replace() throws {
            let identity = try SelfSigned.identity(names: ["localhost"])
            try Data(identity.certificateChain).write(to: URL(filePath: certificate))
            try Data(identity.privateKey.reveal()).write(to: URL(filePath: key))
        }

        /// Throws unless the listener's certificate is the one in `file`.
        func connect(trusting file: String) throws {
            try Certificates.run(
                "/usr/bin/openssl",
                [
                    "s_client", "-connect", "127.0.0.1:\(stage.callbackPort)", "-servername", "localhost", "-CAfile", file,
                    "-no-CApath", "-no-CAstore", "-verify_return_error", "-brief",
                ])
        }
    }

    @Test("The plugin reopens the log and goes on running")
    func log() async throws {
        try await Stage.with { stage in
            let plugin = try await stage.startPlugin()
            plugin.send(SIGUSR1)
            try await plugin.line(containing: "Reopened the log")
            #expect(!plugin.state.value.lines.contains { $0.contains("The configuration has not changed") })
            plugin.send(SIGHUP)
            try await plugin.line(containing: "The configuration has not changed")
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("The plugin uses a renewed HTTPS certificate for new connections, and keeps the old one if the new one is broken")
    func certificate() async throws {
        try await Stage.with { stage in
            let pair = try Pair(on: stage)
            let plugin = try await stage.startPlugin()
            let old = "\(pair.certificate).old"
            try FileManager.default.copyItem(atPath: pair.certificate, toPath: old)
            try pair.connect(trusting: old)
            try pair.replace()
            plugin.send(SIGHUP)
            try await plugin.line(containing: "Read the HTTPS certificate anew")
            #expect(throws: (any Error).self) { try pair.connect(trusting: old) }
            try pair.connect(trusting: pair.certificate)

            let good = "\(pair.certificate).good"
            try FileManager.default.copyItem(atPath: pair.certificate, toPath: good)
            try Data("nothing".utf8).write(to: URL(filePath: pair.certificate))
            plugin.send(SIGHUP)
            let line = try await plugin.line(containing: "Kept the old HTTPS certificate")
            #expect(line.contains(pair.certificate))
            try pair.connect(trusting: good)
            #expect(try await plugin.stop() == 0)
        }
    }
}
