import Testing

@testable import Plugin

@Suite("Settings that tell different people of different roles")
struct SettingsRoutingTests {
    @Test("A configuration under which roles together have other approvers than each alone is warned of")
    func warnings() throws {
        let file = goodLines.filter { !$0.hasPrefix("recipients") && !$0.hasPrefix("team") && !$0.hasPrefix("channel") }
        let routed = file + ["[role_to_recipients]", "admin = \"acme/admins\"", "dev = \"acme/devs\"", "\"*\" = \"acme/devs\""]
        #expect(
            try parse(routed).warnings.contains {
                $0.contains("tells different people of \"admin\" and of \"dev\"") || $0.contains("of any other")
            })
        #expect(try parse(goodLines).warnings.allSatisfy { !$0.contains("role_to_recipients") })
        let same = file + ["[role_to_recipients]", "admin = \"acme/devs\"", "\"*\" = \"acme/devs\""]
        #expect(try parse(same).warnings.allSatisfy { !$0.contains("role_to_recipients") })
        let lone = file + ["[role_to_recipients]", "admin = \"acme/devs\""]
        #expect(try parse(lone).warnings.contains { $0.contains("a role without a line") })
    }
}
