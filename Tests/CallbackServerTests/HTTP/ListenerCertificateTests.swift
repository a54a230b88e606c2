import Access
import ActionCrypto
import Testing

@testable import CallbackServer

@Suite("The certificate of the listener")
struct ListenerCertificateTests {
    @Test("A pair is replaced only by another one, and what OpenSSL refuses changes nothing")
    func replacing() throws {
        let (first, second) = (try SelfSigned.identity(names: ["localhost"]), try SelfSigned.identity(names: ["localhost"]))
        let certificate = try ListenerCertificate(first)
        let served = ObjectIdentifier(certificate.current)
        #expect(try certificate.replace(with: first) == false)
        #expect(ObjectIdentifier(certificate.current) == served)
        let mixed = TLSIdentity(certificateChain: second.certificateChain, privateKey: first.privateKey)
        #expect(throws: OpenSSLError.self) { try certificate.replace(with: mixed) }
        #expect(certificate.identity.isSame(as: first))
        #expect(try certificate.replace(with: second))
        #expect(certificate.identity.isSame(as: second))
    }

    @Test("The certificate's end is warned of in steps, once each, and a new certificate starts anew")
    func warnings() throws {
        let certificate = try ListenerCertificate(try SelfSigned.identity(names: ["localhost"]))
        let end = try #require(certificate.expires)
        #expect(certificate.warning(at: .now) == nil)
        let soon = certificate.warning(at: end.advanced(by: .seconds(-3600)))
        #expect(soon?.words == "the HTTPS certificate expires on \(end.secondInWords), less than 5 % of its time is left")
        #expect(certificate.warning(at: end.advanced(by: .seconds(-3599))) == nil)
        let over = certificate.warning(at: end)
        #expect(over?.words == "the HTTPS certificate expired on \(end.secondInWords), so Mattermost refuses it")
        #expect(over?.mend?.contains("https_cert_file") == true)
        try certificate.replace(with: try SelfSigned.identity(names: ["localhost"]))
        #expect(certificate.warning(at: .now) == nil)
    }
}
