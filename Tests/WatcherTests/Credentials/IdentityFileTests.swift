import Access
import ActionCrypto
import Foundation
import TestSupport
import Testing

@testable import Watcher

@Suite("The identity file of tctl auth sign and tbot")
struct IdentityFileTests {
    private let text: IdentityText

    init() throws { text = try IdentityText() }

    private func configuration(_ path: String) throws -> TeleportConfiguration {
        var configuration = TeleportConfiguration.test(port: 3025, certificates: try Certificates.shared())
        configuration.identity = path
        return configuration
    }

    private func failure(_ content: String) throws -> TeleportError {
        let file = try ScratchFile(content)
        let configuration = try configuration(file.path)
        let error = #expect(throws: TeleportError.self) { try TeleportCredentials.load(configuration).makeContext() }
        #expect(error?.message.hasPrefix("identity \"\(file.path)\" ") == true, "\(error?.message ?? "none")")
        return try #require(error)
    }

    @Test("A whole file makes a TLS context, and names the cluster")
    func whole() throws {
        let file = try ScratchFile(text.whole)
        let credentials = try TeleportCredentials.load(try configuration(file.path))
        _ = try credentials.makeContext()
        #expect(credentials.clusterName == Certificates.cluster)
    }

    @Test("Keys in every form are read", arguments: ["pkcs1", "pkcs8", "sec1", "ed25519"])
    func keys(form: String) throws {
        let made = try KeyForms.make(form)
        let file = try ScratchFile(made.key + text.ssh + "\n" + made.certificate + text.known + "\n" + text.authorities[0])
        _ = try TeleportCredentials.load(try configuration(file.path)).makeContext()
    }

    @Test("A file with several CAs, unknown lines or Windows line ends is read as well")
    func tolerant() throws {
        let foreign = String(decoding: try Certificates.shared().foreignCA, as: UTF8.self)
        var varied = text
        varied.authorities = [foreign, "# a comment\n"] + text.authorities + ["\nan-unknown-line with words\n"]
        let file = try ScratchFile("\u{1}odd\n" + varied.whole.replacingOccurrences(of: "\n", with: "\r\n"))
        let credentials = try TeleportCredentials.load(try configuration(file.path))
        _ = try credentials.makeContext()
        #expect(credentials.clusterName == Certificates.cluster)
        #expect(try CertificateInfo.all(pem: credentials.rootCAs).count == 2)
    }

    @Test(
        "The cluster's name is read from both forms of the @cert-authority line",
        arguments: [
            "@cert-authority *.a.example ssh-rsa AAAA type=host",
            "@cert-authority proxy.example,a.example,*.a.example ssh-rsa AAAA",
        ])
    func cluster(line: String) throws {
        var varied = text
        varied.known = line
        #expect(try IdentityFile([UInt8](varied.whole.utf8)).clusterName == "a.example")
    }

    @Test("A missing part is named")
    func missing() throws {
        var varied = text
        varied.key = ""
        #expect(try failure(varied.whole).message.contains("holds no private key"))
        varied = text
        varied.certificate = ""
        #expect(
            try failure(varied.whole).message.contains(
                "holds no CA certificate: the one certificate, on line 8, is the client's"))
        varied = text
        varied.authorities = []
        #expect(try failure(varied.whole).message.contains("holds no CA certificate"))
        varied.certificate = ""
        #expect(try failure(varied.whole).message.contains("holds no client certificate"))
        #expect(try failure("nothing\n").message.contains("holds no PEM block"))
    }

    @Test("A damaged part is named with its line")
    func damaged() throws {
        let broken = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
        var varied = text
        varied.authorities.append(broken)
        let lines = text.whole.split(separator: "\n", omittingEmptySubsequences: false).count
        #expect(try failure(varied.whole).message.contains("line \(lines): the CA certificate cannot be read"))
        varied = text
        varied.key = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"
        #expect(try failure(varied.whole).message.contains("line 1: the private key cannot be read"))
        #expect(try failure(String(text.whole.dropLast(40))).message.contains("has no end; the file may be half written"))
        varied.key = "-----BEGIN OPENSSH PRIVATE KEY-----\nMIIB\n-----END OPENSSH PRIVATE KEY-----\n"
        #expect(try failure(varied.whole).message.contains("OpenSSH's own form"))
    }

    @Test("Every shorter file is an error in words, never a crash")
    func cut() throws {
        let bytes = [UInt8](text.whole.utf8)
        for length in stride(from: 0, to: bytes.count, by: 7) {
            guard let parts = try? IdentityFile(Array(bytes.prefix(length))) else { continue }
            #expect(!parts.authorities.isEmpty && length > bytes.count - 60)
        }
    }

    @Test("An expired certificate and a key of another certificate are errors that say so")
    func unusable() throws {
        let expired = try failure(try IdentityText("expired-client").whole)
        #expect(expired.message.contains("expired on 20") && expired.message.contains("tctl auth sign"))
        var varied = text
        varied.key = try IdentityText("foreign-client").key
        #expect(try failure(varied.whole).message.contains("does not belong to the certificate"))
    }

    @Test("The error of a missing file names it, the setting and the command of the guides")
    func absent() throws {
        let error = #expect(throws: TeleportError.self) { try TeleportCredentials.load(try configuration("/nowhere/identity")) }
        #expect(
            error?.message == "identity \"/nowhere/identity\" does not exist: set [teleport] identity to where the file is, "
                + "or issue it with tctl auth sign --user=access-plugin --out=identity")
    }

    @Test("If the certificate can be read, the command names its user")
    func ownUser() throws {
        let words = "issue it again with tctl auth sign --user=access-plugin-mattermost --out=identity"
        #expect(try failure(try IdentityText("expired-client").whole).message.contains(words))
        var varied = text
        varied.authorities = []
        #expect(try failure(varied.whole).message.contains(words))
        varied.certificate = ""
        #expect(try failure(varied.whole).message.contains("--user=access-plugin --out=identity"))
    }
}
