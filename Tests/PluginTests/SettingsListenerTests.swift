import CallbackServer
import Testing

@testable import Plugin

@Suite("The settings of the listener")
struct SettingsListenerTests {
    @Test("Trusted proxies are addresses and ranges; there are none unless they are named")
    func proxies() throws {
        #expect(try parse(goodLines).http.trustedProxies == TrustedProxies())
        let settings = try parse(changed(.trustedProxies, to: #"trusted_proxies = ["10.0.0.0/8", "::1"]"#))
        #expect(settings.http.trustedProxies == TrustedProxies(["10.0.0.0/8", "::1"].compactMap(AddressRange.init)))
    }

    @Test("What is no address or range is told, each with the mend")
    func noRanges() {
        let line = #"trusted_proxies = ["10.0.0.1/8", "proxy.example.com", "192.0.2.1"]"#
        let found = problems(changed(.trustedProxies, to: line))
        #expect(found.count == 2)
        #expect(found.allSatisfy { $0.contains("[http] trusted_proxies: ") && $0.contains("Write \"192.0.2.1\"") })
    }
}
