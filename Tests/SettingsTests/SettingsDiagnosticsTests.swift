import CallbackServer
import Testing

@testable import Settings

@Suite("The settings of the private port and of the control socket")
struct SettingsDiagnosticsTests {
    private func diagnostics(_ lines: String...) throws -> Settings.Diagnostics {
        try parse(goodLines + ["[diagnostics]"] + lines).diagnostics
    }

    @Test("By default there is a port for this machine alone, which the plugin can do without")
    func defaults() throws {
        let found = try parse(goodLines).diagnostics
        #expect(found == Settings.Diagnostics())
        #expect(found.listen == ListenAddress(host: "127.0.0.1", port: 8082) && !found.isRequired)
        #expect(found.socket == .automatic)
    }

    @Test("An address that is named is required, and off is none")
    func addresses() throws {
        let named = try diagnostics(#"listen_addr = "0.0.0.0:9000""#)
        #expect(named.listen == ListenAddress(host: "0.0.0.0", port: 9000) && named.isRequired)
        let off = try diagnostics(#"listen_addr = "off""#, #"socket = "off""#)
        #expect(off.listen == nil && off.socket == .off)
        #expect(try diagnostics(#"socket = "/run/plugin.sock""#).socket == .path("/run/plugin.sock"))
    }

    @Test(
        "What is no address or no place is reported with what to do",
        arguments: [
            (#"listen_addr = "8082""#, "is no address to listen on. Write 127.0.0.1:8082, [::1]:8082 or off."),
            (#"socket = "plugin.sock""#, "\"plugin.sock\" is no place for a socket. Write auto, off or a path"),
            ("socket = \"/\(String(repeating: "x", count: 107))\"", "Write auto, off or a path of at most 107 bytes"),
        ])
    func wrong(line: String, words: String) {
        let found = problems(goodLines + ["[diagnostics]", line])
        #expect(found.count == 1 && found.first?.contains(words) == true, "\(found)")
    }
}
