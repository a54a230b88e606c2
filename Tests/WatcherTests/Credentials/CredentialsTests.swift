import Access
import Foundation
import TestSupport
import Testing

@testable import Watcher

@Suite("The three files of tctl auth sign")
struct CredentialsTests {
    private let certificates: Certificates
    private let good: TeleportConfiguration

    init() throws {
        certificates = try Certificates.shared()
        good = .test(port: 3025, certificates: certificates)
    }

    @Test("Good files make a TLS context")
    func goodOnes() throws { _ = try TeleportCredentials.load(good).makeContext() }

    static let settings: [(any WritableKeyPath<TeleportConfiguration, String> & Sendable, String)] = [
        (\.clientKey, "client_key"), (\.clientCertificate, "client_crt"), (\.rootCAs, "root_cas"),
    ]

    @Test(
        "Each file that is missing, not set, a folder, endless or no PEM is named with the reason and what to do",
        arguments: [
            ("/nowhere/auth.pem", "does not exist"), ("", "is not set"), ("/", "cannot be read"),
            ("/dev/zero", "larger than 1 MiB"),
            ("/etc/hostname", "holds no PEM block"), ("/dev/null", "holds no PEM block"),
        ])
    func unusable(path: String, problem: String) {
        for (key, setting) in Self.settings {
            var configuration = good
            configuration[keyPath: key] = path
            let error = failure(configuration)
            #expect(error?.code == .misconfigured)
            #expect(error?.message.hasPrefix("\(setting) \"\(path)\" ") == true, "\(error?.message ?? "none")")
            #expect(error?.message.contains(problem) == true, "\(error?.message ?? "none")")
        }
    }

    @Test("The error of a missing file names the setting, and the command for the certificate's own user")
    func absent() {
        var configuration = good
        configuration.rootCAs = "/nowhere/auth.cas"
        let mend = "set [teleport] root_cas to where the file is, or issue the files with tctl auth sign --format=tls"
        #expect(failure(configuration)?.message.hasSuffix("\(mend) --user=access-plugin-mattermost --out=auth") == true)
        let file = CredentialFile(setting: "root_cas", path: "/nowhere/auth.cas", user: "ana's bot")
        let error = #expect(throws: TeleportError.self) { try file.read() }
        #expect(error?.message.hasSuffix("\(mend) --user='ana'\\''s bot' --out=auth") == true, "\(error?.message ?? "none")")
    }

    @Test("A pipe that nobody writes to is not waited for")
    func pipe() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "pipe-\(UUID().uuidString)").path
        #expect(mkfifo(path, 0o600) == 0)
        defer { unlink(path) }
        var configuration = good
        configuration.clientKey = path
        #expect(failure(configuration)?.message.contains("client_key") == true)
    }

    @Test("A key of another certificate does not match")
    func mismatched() {
        var configuration = good
        configuration.clientKey = certificates.path("foreign-client.key")
        let error = failure(configuration)
        #expect(error?.message.hasPrefix("client_key ") == true)
        #expect(error?.message.contains("does not belong to the certificate") == true, "\(error?.message ?? "none")")
        #expect(error?.message.contains("tctl auth sign") == true)
    }

    @Test("A key with a passphrase is refused, and nobody is asked for it")
    func encrypted() {
        var configuration = good
        configuration.clientKey = certificates.path("encrypted.key")
        #expect(failure(configuration)?.message.contains("encrypted") == true)
    }

    @Test("The error of an expired certificate says when it expired")
    func expired() throws {
        var configuration = good
        configuration.useClient("expired-client", of: certificates)
        let error = failure(configuration)
        #expect(error?.code == .misconfigured)
        #expect(error?.message.contains("client_crt") == true)
        #expect(error?.message.contains("expired on 20") == true, "\(error?.message ?? "none")")
        #expect(error?.message.contains("tctl auth sign") == true)
    }

    @Test("The error of a certificate that is not valid yet points at the clock")
    func notYet() throws {
        let error = #expect(throws: TeleportError.self) {
            try TeleportCredentials.load(good).makeContext(at: Timestamp(milliseconds: 0))
        }
        #expect(error?.message.contains("set this machine's clock") == true)
    }

    @Test("A damaged certificate is named", arguments: ["client_crt", "root_cas"])
    func damaged(setting: String) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "damaged-\(UUID().uuidString)").path
        defer { unlink(path) }
        let text = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
        try Data(text.utf8).write(to: URL(filePath: path))
        var configuration = good
        if setting == "root_cas" { configuration.rootCAs = path } else { configuration.clientCertificate = path }
        let error = failure(configuration)
        #expect(error?.message.hasPrefix("\(setting) ") == true, "\(error?.message ?? "none")")
    }

    @Test("No error shows a key")
    func noKeys() throws {
        let credentials = try TeleportCredentials.load(good)
        #expect(!"\(credentials)".contains("PRIVATE"))
        #expect(!String(reflecting: credentials).contains("PRIVATE"))
    }

    private func failure(_ configuration: TeleportConfiguration) -> TeleportError? {
        #expect(throws: TeleportError.self) { try TeleportCredentials.load(configuration).makeContext() }
    }
}
