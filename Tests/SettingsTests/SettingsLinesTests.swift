import Base
import Testing

@testable import Settings

@Suite struct SettingsLinesTests {
    @Test(
        "A key's line is its own; if the key is missing, that of its table or section; otherwise the first",
        arguments: [
            (SettingKey.url, 3), (.team, 6), (.token, 2), (.publicAddr, 7), (.basicAuthPassword, 8), (.basicAuthUser, 10),
            (.output, 1), (.addr, 1),
        ])
    func lines(key: SettingKey, line: Int) throws {
        let lines = [
            "# [teleport] addr = 1", "[mattermost] # comment", "url = \"\"\"", "[log]", "\"\"\"", "team = 1", "[ http ]",
            #"[http . "basic_auth"]"#, "# password = 1", "'user' = 1\r", "",
        ]
        #expect(try SettingsText(Array(lines.joined(separator: "\n").utf8)).line(of: key) == line)
    }

    @Test("Spelling counts swaps of neighbours as one change")
    func spelling() {
        #expect(Spelling.distance("tokne", "token") == 1)
        #expect(Spelling.distance("", "abc") == 3)
        #expect(Spelling.distance("same", "same") == 0)
        #expect(Spelling.nearest(to: "sekret", among: ["token", "secret"]) == "secret")
        #expect(Spelling.nearest(to: "x", among: ["token", "secret"]) == nil)
    }
}
