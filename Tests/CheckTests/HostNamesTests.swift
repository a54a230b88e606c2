import ActionCrypto
import Testing

@testable import Check

@Suite("The hosts of a certificate")
struct HostNamesTests {
    @Test(
        "A host is covered by its name, its address, or a star for one label",
        arguments: [
            ("access.example.com", true), ("ACCESS.example.com", true), ("other.example.com", false),
            ("a.wild.example.com", true), ("a.b.wild.example.com", false), ("wild.example.com", false),
            (".wild.example.com", false), ("10.0.0.1", true), ("10.0.0.2", false), ("::1", true), ("0:0::1", true),
            ("fe80::1", false),
        ])
    func covers(_ host: String, _ isCovered: Bool) throws {
        let identity = try SelfSigned.identity(names: ["access.example.com", "*.wild.example.com", "10.0.0.1", "::1"])
        let info = try CertificateInfo(pem: identity.certificateChain)
        #expect(info.covers(host) == isCovered)
    }

    @Test("A wildcard covers no address")
    func address() throws {
        let info = try CertificateInfo(pem: try SelfSigned.identity(names: ["*.0.0.1", "localhost"]).certificateChain)
        #expect(!info.covers("10.0.0.1"))
    }
}
