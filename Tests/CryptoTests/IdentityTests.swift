import Access
import Foundation
import TestSupport
import Testing

@testable import ActionCrypto

@Suite("The checks of a certificate with its key") struct IdentityTests {
    let certificates: Certificates
    let now: Timestamp

    init() throws {
        certificates = try Certificates.shared()
        // The time is taken after the certificates were made, because they are valid from that moment on.
        now = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    private func mend(_ identity: TLSIdentity) -> String? {
        do throws(OpenSSLError) {
            try identity.check(at: now, name: "http.tls")
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("A good pair passes, with its names and dates")
    func good() throws {
        let info = try certificates.teleportServer.check(at: now, name: "x")
        #expect(info.subject == "teleport.sandbox.example")
        #expect(info.issuer == Certificates.cluster)
        #expect(info.dnsNames == ["teleport.cluster.local", "*.teleport.cluster.local", "localhost"])
        let days = info.notAfter.since(info.notBefore).components.seconds / 86400
        #expect(days == 825)
        #expect(try certificates.listener.check(at: now, name: "x").addresses == ["127.0.0.1", "0:0:0:0:0:0:0:1"])
    }

    @Test("An expired certificate is named with the time at which it expired")
    func expired() throws {
        #expect(
            try mend(certificates.expiredClient)
                == "http.tls: the certificate of \"access-plugin-mattermost\" expired 24 hours ago; make a new one")
    }

    @Test("The error of a certificate that is not valid yet speaks of the clock")
    func early() throws {
        let error = #expect(throws: OpenSSLError.self) {
            try certificates.client.check(at: Timestamp(milliseconds: 0), name: "x")
        }
        #expect(error?.description.contains("not valid yet") == true)
    }

    @Test("A key of another certificate is an error")
    func mismatch() throws {
        for key in ["auth.key", "rsa.key"] {
            var identity = try certificates.listener
            identity.privateKey = Secret(try certificates.bytes(key))
            #expect(
                try #require(mend(identity)).contains("the private key does not belong to the certificate of \"localhost\""))
            #expect(throws: OpenSSLError.self) { try TLSContext.server(identity: identity, alpn: []) }
        }
    }

    @Test(
        "An encrypted key is refused and nobody is asked for a passphrase", arguments: ["encrypted", "encrypted-traditional"])
    func encrypted(name: String) throws {
        var identity = try certificates.listener
        identity.privateKey = Secret(try certificates.bytes("\(name).key"))
        #expect(try #require(mend(identity)).contains("the key is encrypted; give one without a passphrase"))
    }

    @Test("A missing or broken block is named")
    func missing() throws {
        let good = try certificates.listener
        var identity = good
        identity.privateKey = Secret(good.certificateChain)
        #expect(mend(identity) == "http.tls: private key: no \"BEGIN PRIVATE KEY\" block is in it")
        identity = good
        identity.certificateChain = good.privateKey.reveal()
        #expect(mend(identity) == "http.tls: certificate: no \"BEGIN CERTIFICATE\" block is in it")
        identity.certificateChain = []
        #expect(mend(identity)?.contains("BEGIN CERTIFICATE") == true)
        identity.certificateChain = [UInt8](repeating: 10, count: PEM.limit + 1)
        #expect(mend(identity) == "http.tls: certificate: more than 1 MiB of PEM")
        identity.certificateChain = Array(good.certificateChain.dropLast(60))
        #expect(mend(identity) != nil)
    }

    @Test("No error shows the key")
    func secrecy() throws {
        var identity = try certificates.listener
        let key = identity.privateKey.reveal()
        identity.privateKey = Secret(Array(key.dropLast(80)))
        let text = try #require(mend(identity))
        let lines = String(decoding: key, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("-") }
        for line in lines { #expect(!text.contains(line)) }
    }

    @Test("A self-signed certificate is accepted by a client that trusts it, for its names and no other")
    func selfSigned() throws {
        let identity = try SelfSigned.identity(names: ["plugin.example", "10.0.0.7", "::1"])
        let info = try identity.check(at: now, name: "x")
        #expect(info.subject == "plugin.example")
        #expect(info.dnsNames == ["plugin.example"])
        #expect(info.addresses == ["10.0.0.7", "0:0:0:0:0:0:0:1"])
        for (name, right) in [("plugin.example", true), ("10.0.0.7", true), ("::1", true), ("10.0.0.8", false), ("x", false)] {
            let pair = try EnginePair(server: identity, name: name, trust: identity.certificateChain)
            #expect(pair.handshake().isDone == right, "\(name)")
        }
    }

    @Test("A name cannot smuggle another into the certificate", arguments: ["a,DNS:b", "a b", "", "a\n", "a\0b"])
    func smuggle(name: String) {
        #expect(throws: OpenSSLError.self) { try SelfSigned.identity(names: [name]) }
        #expect(throws: OpenSSLError.self) { try SelfSigned.identity(names: []) }
    }

    @Test("Every byte of a certificate changed: an error or a reading, never a crash")
    func mutation() throws {
        let original = try certificates.bytes("server.crt")
        for position in original.indices {
            var changed = original
            changed[position] ^= 0x05
            _ = try? CertificateInfo.all(pem: changed)
        }
    }
}
