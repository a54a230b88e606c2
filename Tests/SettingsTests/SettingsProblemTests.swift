import Access
import Testing

@testable import Settings

@Suite struct SettingsProblemTests {
    @Test(
        "A required key that is missing is named with its section's line and what to do",
        arguments: [
            ("auth_server", "1: [teleport] addr: is missing. "), ("url", "6: [mattermost] url: is missing. "),
            ("token", "6: [mattermost] token: is missing. "), ("secret", "6: [mattermost] secret: is missing. "),
            ("public_addr", "12: [http] public_addr: is missing. "),
        ])
    func missing(key: String, problem: String) throws {
        let found = problems(changed(key, to: nil))
        #expect(found.count == 1)
        #expect(try #require(found.first).hasPrefix(problem + "Set it to "))
    }

    @Test(
        "A value of another type is named with its line and what it is",
        arguments: [
            ("1", "an integer"), ("true", "a boolean"), ("1.5", "a number"), ("[\"a\"]", "an array"), ("1979-05-27", "a date"),
        ])
    func types(value: String, name: String) {
        for key in SettingKey.allCases where key.isString {
            let lines = changed(key, to: "\(key.name) = \(value)")
            let line = (index(of: key, in: lines) ?? -2) + 1
            #expect(problems(lines).first == "\(line): \(key.title): is \(name), not a string. Put the value in quotes.")
        }
    }

    @Test("An empty value is a problem for every key", arguments: SettingKey.allCases.filter(\.isString))
    func empty(key: SettingKey) {
        let found = problems(changed(key, to: "\(key.name) = \"\""))
        #expect(found.count == 1)
        #expect(found.first?.contains("\(key.title): is empty. ") == true)
    }

    @Test(
        "An unknown key or section is an error that names the nearest known one",
        arguments: [
            ("tokne = \"x\"", 10, "[mattermost] tokne: is no key of this file. Did you mean token?"),
            ("listen_addr = \"x\"", 10, "[mattermost] listen_addr: is no key of this file. It belongs in [http]."),
            ("severty = \"x\"", 10, "[mattermost] severty: is no key of this file. Did you mean severity in [log]?"),
            ("qqqqqqqq = 1", 10, "[mattermost] qqqqqqqq: is no key of this file. Remove it."),
            ("[htttp]", 10, "[htttp]: is no section of this file. Did you mean [http]?"),
            ("[[nothing_like_it]]", 10, "is no"),
            ("[http.basic_auht]\nuser = 1", 10, "[http] basic_auht: is no key of this file."),
        ])
    func unknown(line: String, number: Int, problem: String) {
        var lines = goodLines
        lines.insert(line, at: 9)
        if line.hasPrefix("[") { lines = goodLines + [line] }
        let at = line.hasPrefix("[") ? goodLines.count + 1 : number
        #expect(problems(lines).contains { $0.hasPrefix("\(at): ") && $0.contains(problem) }, "\(problems(lines))")
    }

    @Test("A key before any section says where it belongs")
    func topLevel() {
        #expect(problems(["url = \"x\""] + goodLines).first == "1: url: is no key of this file. It belongs in [mattermost].")
    }

    @Test("A section that is a value is said to be one")
    func noTable() {
        let log = goodLines.firstIndex(of: "[log]") ?? 0
        let lines = ["log = \"x\""] + goodLines[..<log]
        #expect(problems(lines) == ["1: log: is a string. Make it a section: [log]."])
    }

    @Test(
        "An impossible value is refused with what to do",
        arguments: [
            ("auth_server", "https://auth:3025", "it is a URL; write host:port"), ("auth_server", "auth:0", "no port"),
            ("auth_server", "[::1:3025", "bracket"), ("url", "chat.example.com", "does not start with https://"),
            ("url", "ftp://chat", "does not start with https://"),
            ("url", "https://u:PASSWORDpassword@chat", "user name or password"),
            ("url", "https://chat:99999", "port"), ("url", "https://chat/?a=b", "'?'"), ("url", "https://", "no host"),
            ("team", "Team Name", "no name in a URL"), ("channel", "Town Square", "no name in a URL"),
            ("channel", "../x", "no name in a URL"), ("token", "api-token", "placeholder"), ("token", "TOKENtoken x", "Copy"),
            ("token", "TOKENtoken\\r\\nX: y", "Copy"), ("secret", "SECRETsecret123", "15 bytes; 16 are the least"),
            ("public_addr", "https://host?x", "'?'"),
            ("public_addr", "https://PASSWORDpassword@host", "Use basic_auth"), ("public_addr", "ftp://host", "https://"),
            ("public_addr", "https://u:%zz@host", "percent-encoded"),
            ("public_addr", "https//u:PASSWORDpassword@host", "has an '@' outside of"),
            ("public_addr", "https://host/u:PASSWORDpassword@x", "has an '@' outside of"),
            ("public_addr", "u:PASSWORDpassword@://host", "has an '@' outside of"),
            ("public_addr", "https://u:p@host", "Remove one of the two"), ("output", "sdterr", "Write stderr"),
            ("listen_addr", "8081", "Write :8081"), ("listen_addr", "host:99999", "Write :8081"),
            ("method", "vote", "Write state or review"),
            ("confirm", "sometimes", "Write never, approve or always"),
            ("ask_reason", "sometimes", "Write never, optional, on_deny or always"),
            ("severity", "VERBOSE", "Write DEBUG, INFO, WARN or ERROR"), ("basic_auth.user", "a:b", "':'"),
        ])
    func values(key: String, value: String, words: String) {
        let found = problems(changed(key, to: "\(key) = \"\(value)\""))
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains(words) == true, "\(found)")
    }

    @Test(
        "Two keys that belong together must both be set, or neither",
        arguments: [
            ("https_key_file", "15: [http] https_cert_file: is set without https_key_file."),
            ("https_cert_file", "15: [http] https_key_file: is set without https_cert_file."),
            ("basic_auth.user", "17: [http] basic_auth.password: is set without basic_auth.user."),
            ("basic_auth.password", "17: [http] basic_auth.user: is set without basic_auth.password."),
            ("team", "8: [mattermost] channel: is set without team."),
            ("channel", "8: [mattermost] team: is set without channel."),
        ])
    func pairs(removed: String, problem: String) {
        #expect(problems(changed(removed, to: nil)) == ["\(problem) Set both or neither."])
    }

    @Test("All problems are told together, by line")
    func together() {
        let lines = changed("severity", to: "severity = \"LOUD\"").map { line in
            line.hasPrefix("auth_server") ? "auth_server = 1" : line.hasPrefix("channel") ? "chanel = \"x\"" : line
        }
        let found = problems(lines)
        #expect(found.map { $0.prefix { $0 != ":" } } == ["2", "8", "9", "21"])
    }
}
