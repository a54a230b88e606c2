import Access
import CallbackServer
import Foundation
import Logging
import Mattermost
import TestSupport
import Testing
import Watcher

@testable import Settings

@Suite struct SettingsTests {
    @Test("Every documented key is taken")
    func all() throws {
        let settings = try parse(goodLines)
        #expect(settings.teleport.address == "auth.example.com:3025")
        #expect(settings.teleport.clientKey == "/k")
        #expect(settings.teleport.clientCertificate == "/c")
        #expect(settings.teleport.rootCAs == "/r")
        #expect(settings.mattermost.url.description == "https://chat.example.com/chat")
        #expect(settings.mattermost.recipients.all.map(\.description) == ["team-name/channel-name"])
        #expect(settings.mattermost.token.reveal() == "TOKENtokenTOKENtoken123456")
        #expect(settings.mattermost.secret?.reveal() == [UInt8]("SECRETsecretSECRETsecret".utf8))
        #expect(settings.http.publicURL?.description == "https://access.example.com:8081/prefix")
        #expect(settings.http.listen == ListenAddress(host: "127.0.0.1", port: 9000))
        #expect(settings.http.tls == .init(keyFile: "/hk", certificateFile: "/hc"))
        #expect(settings.http.basicAuth?.user == "mm")
        #expect(settings.http.basicAuth?.password.reveal() == "PASSWORDpassword")
        #expect(settings.log == .init(output: .stdout, severity: .debug))
        #expect(settings.audit.file == "/audit")
    }

    @Test("Keys that are left out have the documented defaults")
    func defaults() throws {
        let required = ["auth_server", "url", "team", "channel", "token", "secret", "public_addr"]
        let settings = try parse(
            goodLines.filter { line in
                line.hasPrefix("[") || required.contains { line.hasPrefix("\($0) =") }
            })
        #expect(settings.teleport.clientKey == "/var/lib/teleport/plugins/mattermost/auth.key")
        #expect(settings.teleport.clientCertificate == "/var/lib/teleport/plugins/mattermost/auth.crt")
        #expect(settings.teleport.rootCAs == "/var/lib/teleport/plugins/mattermost/auth.cas")
        #expect(settings.http.listen == ListenAddress(host: nil, port: 8081))
        #expect(settings.http.tls == nil)
        #expect(settings.http.basicAuth == nil)
        #expect(settings.log == .init(output: .stderr, severity: .info))
        #expect(settings.audit.file == nil)
        #expect(settings.approvals == .init())
    }

    @Test("Dotted keys, tables, inline tables and quoted keys mean the same")
    func forms() throws {
        let forms: [[String]] = [
            ["[http.basic_auth]", #"user = "mm""#, #"password = "PASSWORDpassword""#],
            [#"[http."basic_auth"]"#, #""user" = 'mm'"#, #"password = """PASSWORDpassword""""#],
        ]
        let plain = goodLines.filter { !$0.hasPrefix("basic_auth") }
        for form in forms {
            #expect(try parse(plain + form).http.basicAuth?.user == "mm")
        }
        let inline = changed("basic_auth.user", to: #"basic_auth = { user = "mm", password = "PASSWORDpassword" }"#)
        let settings = try parse(inline.filter { !$0.hasPrefix("basic_auth.password") })
        #expect(settings.http.basicAuth?.password.reveal() == "PASSWORDpassword")
    }

    @Test(
        "A public address is accepted with and without scheme, port, path and credentials",
        arguments: [
            ("host", "https://host"), ("host:1", "https://host:1"), ("http://host/", "http://host"),
            ("HTTPS://Host:8081/a/b/", "https://host:8081/a/b"), ("[::1]:8081", "https://[::1]:8081"),
        ])
    func publicAddress(text: String, url: String) throws {
        let settings = try parse(changed("public_addr", to: "public_addr = \"\(text)\""))
        #expect(settings.http.publicURL?.description == url)
    }

    @Test("Credentials in the public address become basic auth")
    func publicCredentials() throws {
        let lines = changed("public_addr", to: #"public_addr = "https://u%40x:p%3Aw@host/p""#)
        let settings = try parse(lines.filter { !$0.hasPrefix("basic_auth") })
        #expect(settings.http.publicURL?.description == "https://host/p")
        #expect(settings.http.basicAuth?.user == "u@x")
        #expect(settings.http.basicAuth?.password.reveal() == "p:w")
    }

    @Test("A published secret is accepted, with a warning: the original guide's, and each of docs/security.md")
    func knownSecret() throws {
        let root = Fixtures.root.deletingLastPathComponent().deletingLastPathComponent()
        let document = try String(contentsOf: root.appending(path: "docs/security.md"), encoding: .utf8)
        let documented = document.matches(of: /"secret": "([^"]+)"/).map { String($0.1) }
        #expect(documented.count == 3)
        for secret in documented + ["signing-secret-value"] {
            let present = try parse(changed("secret", to: "secret = \"\(secret)\"")).warnings
            #expect(present.map(\.words).filter { $0.hasPrefix("[mattermost] secret is the example") }.count == 1)
            let line = "secret = \"SECRETsecretSECRETsecret\"\nprevious_secrets = [\"\(secret)\"]"
            let previous = try parse(changed("secret", to: line)).warnings
            #expect(previous.map(\.mend) == ["Remove it: the buttons of older posts are then refused."])
        }
        #expect(try parse(changed("team", to: "team = \"other\"")).warnings.isEmpty)
    }

    @Test("A button's address carries the credentials that the route asks for")
    func callbackURL() throws {
        let lines = changed("public_addr", to: #"public_addr = "https://u%40x:p%3Aw@host:1/p""#)
        let settings = try parse(lines.filter { !$0.hasPrefix("basic_auth") })
        #expect(settings.http.callbackURL == "https://u%40x:p%3Aw@host:1/p/mattermost_action")
    }

    @Test("A severity is known in any case", arguments: ["info", "Info", "INFO", "WARN", "error", "Debug"])
    func severity(name: String) throws {
        _ = try parse(changed("severity", to: "severity = \"\(name)\""))
    }

    @Test(
        "The names of the original's logger mean the same here",
        arguments: [
            ("2", "ERR", Settings.Log.Output.stderr, Logger.Level.error), ("error", "warning", .stderr, .warning),
            ("1", "trace", .stdout, .debug), ("out", "Debug", .stdout, .debug),
        ])
    func originalNames(output: String, severity: String, _ wanted: Settings.Log.Output, _ level: Logger.Level) throws {
        let lines = changed("severity", to: "severity = \"\(severity)\"").map { line in
            line.hasPrefix("output = \"stdout") ? "output = \"\(output)\"" : line
        }
        #expect(try parse(lines).log == .init(output: wanted, severity: level))
    }

    @Test("An output with a slash is a file")
    func file() throws {
        let settings = try parse(changed("output", to: #"output = "/var/log/x.log""#))
        #expect(settings.log.output == .file("/var/log/x.log"))
    }

    @Test("A described Settings shows no secret")
    func redacted() throws {
        var text = "\(try parse(goodLines))"
        dump(try parse(goodLines), to: &text)
        #expect(text.contains("team-name"))
        for secret in ["TOKENtoken", "SECRETsecret", "PASSWORDpassword"] { #expect(!text.contains(secret)) }
    }
}
