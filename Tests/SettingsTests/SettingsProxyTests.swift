import Access
import Base
import Foundation
import Mattermost
import TestSupport
import Testing
import Watcher

@testable import Settings

@Suite("Proxies and authorities in the configuration")
struct SettingsProxyTests {
    private func parse(_ lines: [String], _ variables: [String: String]) throws -> Settings {
        let environment = ProxyEnvironment { variables[$0] }
        return try Settings.parse([UInt8](lines.joined(separator: "\n").utf8), path: "f.toml", environment: environment)
    }

    @Test("Each server has its own proxy, and neither is told with its password")
    func given() throws {
        var lines = changed(.mattermostProxy, to: #"proxy = "http://user:PASSWORDpassword@one:3128""#)
        lines.insert(#"proxy = "http://two:3128""#, at: 1)
        let settings = try parse(lines, ["HTTPS_PROXY": "http://three:1", "NO_PROXY": "*"])
        #expect(settings.proxies.map(\.server) == ["Teleport", "Mattermost"])
        #expect(
            settings.proxies.map(\.words) == ["two:3128, as [teleport] proxy says", "one:3128, as [mattermost] proxy says"])
        #expect(settings.mattermost.proxy?.credentials?.password.reveal() == "PASSWORDpassword")
        #expect(settings.secretSources.isInline)
    }

    @Test("Without a setting the environment decides for both, and none switches that off")
    func environment() throws {
        let variables = ["HTTPS_PROXY": "http://three:1", "NO_PROXY": "auth.example.com"]
        #expect(try parse(goodLines, variables).proxies.map(\.words) == ["three:1, as HTTPS_PROXY says"])
        #expect(try parse(goodLines, variables).teleport.proxy == nil)
        #expect(try parse(changed(.mattermostProxy, to: #"proxy = "none""#), variables).proxies.isEmpty)
        #expect(try parse(goodLines, [:]).proxies.isEmpty)
    }

    @Test("The address may be in a file")
    func file() throws {
        try withFolder { folder in
            let file = folder.appending(path: "proxy").path
            try "http://user:PASSWORDpassword@one:3128\n".write(toFile: file, atomically: true, encoding: .utf8)
            let settings = try parse(changed(.mattermostProxy, to: #"proxy = "\#(file)""#), [:])
            #expect(settings.mattermost.proxy?.port == 3128)
            #expect(settings.secretSources.files.contains(file))
        }
    }

    @Test("Mistakes are told with the key, and without the password")
    func mistakes() throws {
        let wrong = problems(changed(.mattermostProxy, to: #"proxy = "socks5://user:PASSWORDpassword@one:1""#))
        #expect(
            wrong == [
                "7: [mattermost] proxy: names a proxy of another kind than http://, and only that kind can be used. Write "
                    + "http://proxy.example.com:3128, or http://user:password@proxy.example.com:3128."
            ])
        let error = #expect(throws: SettingsError.self) { try parse(goodLines, ["https_proxy": "ftp://PASSWORDpassword"]) }
        let text = "\(error.map { "\($0)" } ?? "")"
        #expect(
            text.contains("[mattermost] proxy: is not set, and https_proxy in the environment names a proxy of another kind"))
        #expect(text.contains("[teleport] proxy: is not set, and ") && !text.contains("PASSWORDpassword"))
    }

    @Test("A file of authorities has to have some")
    func authorities() throws {
        try withFolder { folder in
            let file = folder.appending(path: "ca.pem").path
            let lines = changed(.caFile, to: #"ca_file = "\#(file)""#)
            #expect(
                problems(lines) == [
                    "7: [mattermost] ca_file: the file \(file) does not exist. Name a PEM file with the certificates of the authorities."
                ])
            for content in ["", "nothing", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
                try content.write(toFile: file, atomically: true, encoding: .utf8)
                #expect(
                    problems(lines).count == 1 && problems(lines)[0].contains("[mattermost] ca_file: the file \(file) has no"),
                    "\(problems(lines))")
            }
            let good = try Certificates.shared().path("auth.cas")
            #expect(try parse(changed(.caFile, to: #"ca_file = "\#(good)""#), [:]).mattermost.client.caFile == good)
        }
    }
}
