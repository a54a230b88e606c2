import Access
import Testing
import Watcher

@testable import Settings

@Suite struct SettingsTeleportTests {
    private let withoutFiles = goodLines.filter { line in
        !["client_key", "client_crt", "root_cas", "auth_server"].contains { line.hasPrefix("\($0) =") }
    }

    private func teleport(_ lines: String...) -> [String] {
        var all = withoutFiles
        all.insert(contentsOf: lines, at: 1)
        return all
    }

    @Test("addr and its older name mean the same, alone or together")
    func address() throws {
        for lines in [
            teleport(#"addr = "a""#), teleport(#"auth_server = "a""#), teleport(#"addr = "a:3025""#, #"auth_server = "a""#),
        ] {
            #expect(try parse(lines).teleport.address == "a:3025")
        }
        #expect(try parse(teleport(#"auth_server = "a""#)).teleport.addressSetting == "auth_server")
    }

    @Test("Monitoring rules choose recipients unless they are switched off")
    func monitoringRules() throws {
        #expect(try parse(teleport(#"addr = "a""#)).teleport.usesMonitoringRules)
        #expect(try !parse(teleport(#"addr = "a""#, "monitoring_rules = false")).teleport.usesMonitoringRules)
    }

    @Test("Different values of addr and its older name are an error that names both")
    func different() {
        #expect(
            problems(teleport(#"addr = "a:443""#, #"auth_server = "b:3025""#)) == [
                #"2: [teleport] addr: is "a:443", but auth_server (line 3) is "b:3025". Remove auth_server, its older name."#
            ])
    }

    @Test("An identity file beside one of the three others is an error that says what to comment out")
    func mixed() throws {
        #expect(try parse(teleport(#"addr = "a""#, #"identity = "/i""#)).teleport.identity == "/i")
        let found = problems(teleport(#"addr = "a""#, #"identity = "/i""#, #"client_key = "/k""#, #"root_cas = "/r""#))
        #expect(
            found == [
                "3: [teleport] identity: is set beside client_key (line 4), root_cas (line 5), and only one of the two ways can be used. "
                    + "Comment out client_key, root_cas to use the identity file, or identity to use them."
            ])
    }

    @Test(
        "The credential files are checked each minute, at the configured interval, or not at all",
        arguments: [
            ("", Duration.seconds(60), true), (#"refresh_identity_interval = "90s""#, .seconds(90), true),
            (#"refresh_identity_interval = "1h30m""#, .seconds(5400), true), ("refresh_identity = false", .seconds(60), false),
        ])
    func refresh(line: String, interval: Duration, isOn: Bool) throws {
        let settings = try parse(teleport(#"addr = "a""#, line)).teleport
        #expect(settings.refreshInterval == interval)
        #expect(settings.refreshesIdentity == isOn)
    }

    @Test(
        "A text that is no interval is refused",
        arguments: ["1", "m", "0s", "25h", "1.5m", "-1m", "1m1", "99999999999999999999h"])
    func intervals(value: String) {
        let found = problems(teleport(#"addr = "a""#, "refresh_identity_interval = \"\(value)\""))
        #expect(found.count == 1)
        #expect(found.first?.contains("is no time from 1s to 24h") == true)
    }
}
