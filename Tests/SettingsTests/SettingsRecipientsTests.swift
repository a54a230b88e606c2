import Access
import CallbackServer
import Testing

@testable import Settings

@Suite("Recipients in the configuration")
struct SettingsRecipientsTests {
    private let plain = goodLines.filter { !$0.hasPrefix("team =") && !$0.hasPrefix("channel =") }

    private func with(_ line: String, _ more: [String] = []) -> [String] {
        plain.flatMap { $0 == "[mattermost]" ? [$0, line] : [$0] } + more
    }

    @Test("Channels, display names and addresses are taken, beside team and channel, and roles of their own")
    func all() throws {
        let lines = goodLines.flatMap {
            $0 == "[mattermost]" ? [$0, #"recipients = ["myteam/Town Square", "first.last@example.com"]"#] : [$0]
        }
        let roles = ["[role_to_recipients]", #"dba = "acme/dba""#, #""*" = ["acme/rest", "a@b.example"]"#]
        let rules = try parse(lines + roles).mattermost.recipients
        #expect(
            rules.always.map(\.description) == ["team-name/channel-name", "myteam/Town Square", "first.last@example.com"])
        #expect(rules.roles.mapValues { $0.map(\.description) } == ["dba": ["acme/dba"], "*": ["acme/rest", "a@b.example"]])
    }

    @Test("Nobody at all is allowed: there may be suggested reviewers")
    func nobody() throws {
        let settings = try parse(plain)
        #expect(settings.mattermost.recipients.all.isEmpty)
        #expect(settings.warnings.contains { $0.message.hasPrefix("[mattermost] recipients names nobody") })
        #expect(try parse(with(#"recipients = ["", ""]"#)).mattermost.recipients.all.isEmpty)
    }

    @Test(
        "A value that is no recipient is reported with its line and what to do",
        arguments: [
            (#"recipients = ["general"]"#, #""general" is neither "team/channel" nor "name@example.com""#),
            (#"recipients = "team/channel""#, "not an array of strings"),
            (#"team = "team-name""#, "is set without channel"), (#"channel = "c""#, "is set without team"),
        ])
    func faults(line: String, words: String) throws {
        let problems = problems(with(line))
        #expect(problems.count == 1 && problems[0].contains(words), "\(problems)")
    }

    @Test("Values that are no recipients are reported with their role")
    func roleFaults() throws {
        let problems = problems(plain + ["[role_to_recipients]", "dba = []", "x = 1", #"y = ["z"]"#])
        #expect(problems.count == 3 && problems.allSatisfy { $0.contains("[role_to_recipients]") }, "\(problems)")
    }

    @Test("Without secret and public address there are no buttons, with a warning; one of the two alone is an error")
    func buttons() throws {
        let neither = goodLines.filter { line in !["secret =", "public_addr ="].contains { line.hasPrefix($0) } }
        let settings = try parse(neither)
        #expect(!settings.approvals.hasButtons)
        #expect(settings.warnings.contains { $0.message.contains("posts have no buttons") })
        #expect(try parse(neither + ["buttons = false"]).warnings.isEmpty)
        #expect(
            problems(goodLines.filter { !$0.hasPrefix("secret =") }).contains { $0.contains("[mattermost] secret: is missing") }
        )
        #expect(problems(neither + ["buttons = true"]).count == 2)
        #expect(try parse(goodLines).approvals.hasButtons)
    }

    @Test("The output of `configure` needs only what the newer guides fill in; with two values left empty there are no buttons")
    func configured() throws {
        let names = ["client_key", "client_crt", "root_cas", "addr", "url", "recipients", "token"]
        var lines = ExampleConfiguration.text.split(separator: "\n").map(String.init)
        lines.removeAll { line in names.contains { line.hasPrefix("\($0) =") } }
        let given = [
            "[teleport]": ["addr = \"teleport.example.com:443\"", "identity = \"/i\""],
            "[mattermost]": [
                "url = \"https://chat.example.com\"", "token = \"TOKENtoken\"", "recipients = [\"myteam/Town Square\"]",
            ],
        ]
        lines = lines.flatMap { [$0] + (given[$0] ?? []) }
        let settings = try parse(lines)
        #expect(!settings.approvals.hasButtons)
        #expect(settings.mattermost.secret == nil && settings.http.publicURL == nil)
        #expect(settings.warnings.count == 1)
        let half = lines.map { $0.hasPrefix("secret = ") ? "secret = \"SECRETsecretSECRET\"" : $0 }
        #expect(problems(half).count == 1 && problems(half)[0].contains("[http] public_addr: is empty. Set it to the URL"))
    }

    @Test("Without buttons the listener is on loopback and optional, unless an address is configured")
    func listening() throws {
        let plain = goodLines.filter { line in !["secret =", "public_addr =", "listen"].contains { line.hasPrefix($0) } }
        #expect(try parse(plain).http.listen == ListenAddress(host: "127.0.0.1", port: 8081))
        #expect(try !parse(plain).http.isNeeded)
        let told = goodLines.filter { line in !["secret =", "public_addr ="].contains { line.hasPrefix($0) } }
        #expect(try parse(told).http.listen == ListenAddress(host: "127.0.0.1", port: 9000))
        #expect(try parse(told).http.isNeeded)
        #expect(try parse(changed("listen_addr", to: nil)).http.listen == ListenAddress(host: nil, port: 8081))
    }

    @Test("A configuration under which roles together have other approvers than each alone is warned of")
    func warnings() throws {
        let file = goodLines.filter { !$0.hasPrefix("recipients") && !$0.hasPrefix("team") && !$0.hasPrefix("channel") }
        let routed = file + ["[role_to_recipients]", "admin = \"acme/admins\"", "dev = \"acme/devs\"", "\"*\" = \"acme/devs\""]
        #expect(
            try parse(routed).warnings.contains {
                $0.message.contains("tells different people of \"admin\" and of \"dev\"") || $0.message.contains("of any other")
            })
        #expect(try parse(goodLines).warnings.allSatisfy { !$0.message.contains("role_to_recipients") })
        let same = file + ["[role_to_recipients]", "admin = \"acme/devs\"", "\"*\" = \"acme/devs\""]
        #expect(try parse(same).warnings.allSatisfy { !$0.message.contains("role_to_recipients") })
        let lone = file + ["[role_to_recipients]", "admin = \"acme/devs\""]
        #expect(try parse(lone).warnings.contains { $0.message.contains("a role without a line") })
    }
}
