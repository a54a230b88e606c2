import Access
import ActionCrypto
import Base
import CallbackServer
import Foundation
import Logging
import Mattermost
import Testing

@testable import Settings

@Suite("The listener's certificate")
struct ListenerIdentityTests {
    func settings(tls: Settings.HTTP.KeyPair? = nil) throws -> Settings.HTTP {
        Settings.HTTP(
            publicURL: try ServerURL("https://access.example.com:8081"), listen: .init(host: nil, port: 8081), tls: tls)
    }

    func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "identity-\(UUID().uuidString)/deep").path
        defer { try? FileManager.default.removeItem(atPath: (folder as NSString).deletingLastPathComponent) }
        try body(folder)
    }

    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test("Without a configured pair one is made once, self-signed for the public name, with a key for the owner alone")
    func selfSigned() throws {
        try withFolder { folder in
            let first = try ListenerIdentity.load(try settings(), logger: quiet, folder: folder)
            let info = try CertificateInfo(pem: first.certificateChain)
            #expect(info.dnsNames.contains("access.example.com"))
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/self-signed.key")
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
            let second = try ListenerIdentity.load(try settings(), logger: quiet, folder: folder)
            #expect(second.certificateChain == first.certificateChain)
        }
    }

    @Test("If no certificate can be made, the error names the settings and the alternatives")
    func unwritable() throws {
        let error = #expect(throws: SettingFault.self) {
            try ListenerIdentity.load(try settings(), logger: quiet, folder: "/proc/none")
        }
        for part in ["/proc/none", "https_key_file", "--insecure-no-tls"] { #expect(error?.description.contains(part) == true) }
    }

    @Test("A configured file that is missing is named with its setting")
    func missing() throws {
        let pair = Settings.HTTP.KeyPair(keyFile: "/nowhere/server.key", certificateFile: "/nowhere/server.crt")
        let error = #expect(throws: SettingFault.self) { try ListenerIdentity.load(try settings(tls: pair), logger: quiet) }
        #expect(error?.description.contains("https_cert_file") == true)
        #expect(error?.description.contains("/nowhere/server.crt") == true)
    }

    @Test("Only files that do not hold the served pair are tried with OpenSSL")
    func served() throws {
        try withFolder { folder in
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let pair = Settings.HTTP.KeyPair(keyFile: "\(folder)/server.key", certificateFile: "\(folder)/server.crt")
            try Data("a key".utf8).write(to: URL(filePath: pair.keyFile))
            try Data("a certificate".utf8).write(to: URL(filePath: pair.certificateFile))
            let settings = try settings(tls: pair)
            #expect(throws: SettingFault.self) { try ListenerIdentity.load(settings, logger: quiet) }
            let same = TLSIdentity(certificateChain: Array("a certificate".utf8), privateKey: Secret(Array("a key".utf8)))
            #expect(try ListenerIdentity.load(settings, served: same, logger: quiet).isSame(as: same))
            let other = TLSIdentity(certificateChain: Array("a certificate".utf8), privateKey: Secret(Array("another".utf8)))
            #expect(throws: SettingFault.self) { try ListenerIdentity.load(settings, served: other, logger: quiet) }
        }
    }
}
