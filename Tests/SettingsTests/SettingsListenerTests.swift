import Base
import CallbackServer
import Testing

@testable import Settings

@Suite("The settings of the listener")
struct SettingsListenerTests {
    @Test("Trusted proxies are addresses and ranges; there are none unless they are named")
    func proxies() throws {
        #expect(try parse(goodLines).http.trustedProxies == AddressRanges())
        let settings = try parse(changed(.trustedProxies, to: #"trusted_proxies = ["10.0.0.0/8", "::1"]"#))
        #expect(settings.http.trustedProxies == AddressRanges(["10.0.0.0/8", "::1"].compactMap(AddressRange.init)))
    }

    @Test("Clicks are taken from everywhere, or from the addresses and ranges that are named")
    func sources() throws {
        #expect(try parse(goodLines).http.allowedSources == AddressRanges())
        let settings = try parse(changed(.allowedSources, to: #"allowed_sources = ["10.0.0.5", "10.1.0.0/16"]"#))
        #expect(settings.http.allowedSources == AddressRanges(["10.0.0.5", "10.1.0.0/16"].compactMap(AddressRange.init)))
    }

    @Test(
        "Each value that is no address or range is reported with what to do",
        arguments: [SettingKey.trustedProxies, .allowedSources])
    func noRanges(key: SettingKey) {
        let line = key.name + #" = ["10.0.0.1/8", "proxy.example.com", "192.0.2.1"]"#
        let found = problems(changed(key, to: line))
        #expect(found.count == 2)
        #expect(found.allSatisfy { $0.contains("[http] \(key.name): ") && $0.contains("Write \"192.0.2.1\"") })
        #expect(found.allSatisfy { $0.first?.isNumber == true })
    }
}
