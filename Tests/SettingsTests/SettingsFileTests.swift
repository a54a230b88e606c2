import Access
import Foundation
import TestSupport
import Testing
import Watcher

@testable import Settings

@Suite struct SettingsFileTests {
    private func problem(_ path: String) -> String {
        do {
            _ = try Settings.load(path)
            return ""
        } catch { return "\(error)" }
    }

    @Test("A file that is not there, a folder, and one too large are a clear line each")
    func files() throws {
        try withFolder { folder in
            let missing = folder.appending(path: "none.toml").path
            #expect(problem(missing).hasPrefix("\(missing): the configuration file does not exist. Write one, "))
            #expect(problem(folder.path) == "\(folder.path): the configuration file is a directory. Name a file.")
            let large = folder.appending(path: "large.toml")
            try Data(repeating: 0x23, count: 1 << 20 + 1).write(to: large)
            #expect(problem(large.path).contains("is larger than 1024 KiB"))
            #expect(problem("/dev/zero").contains("is not a plain file"))
        }
    }

    @Test("A named pipe is not waited for")
    func pipe() throws {
        try withFolder { folder in
            let path = folder.appending(path: "pipe").path
            #expect(mkfifo(path, 0o600) == 0)
            #expect(problem(path).contains("is not a plain file"))
        }
    }

    @Test("Token and secret are read from the files that they name, without the space around them")
    func secretFiles() throws {
        try withFolder { folder in
            let file = folder.appending(path: "token").path
            try Data(" \nTOKENtokenTOKENtoken\r\n\n".utf8).write(to: URL(filePath: file))
            let token = try parse(changed("token", to: "token = \"\(file)\"")).mattermost.token
            #expect(token.reveal() == "TOKENtokenTOKENtoken")
            let secret = try parse(changed("secret", to: "secret = \"\(file)\"")).mattermost.secret
            #expect(secret?.reveal() == [UInt8]("TOKENtokenTOKENtoken".utf8))
        }
    }

    @Test(
        "An unusable file of a secret is named with the reason",
        arguments: [
            (Data?.none, "does not exist. Put the value into the file, or name the file that holds it."),
            (Data(" \n".utf8), "is empty. Put the value into it."),
            (Data([0xFF, 0xFE]), "is not UTF-8 text. Is it the right file?"),
            (Data(repeating: 0x61, count: 65537), "is larger than 64 KiB"), (Data("SECRETsecret".utf8), "has 12 bytes"),
        ])
    func badSecretFiles(contents: Data?, words: String) throws {
        try withFolder { folder in
            let file = folder.appending(path: "secret")
            try contents?.write(to: file)
            let found = problems(changed("secret", to: "secret = \"\(file.path)\""))
            #expect(found.count == 1)
            #expect(found.first?.hasPrefix("11: [mattermost] secret: the file \(file.path)") == true, "\(found)")
            #expect(found.first?.contains(words) == true, "\(found)")
        }
    }

    @Test("A syntax error has its line and column")
    func syntax() {
        let found = problems(changed("team", to: "team = team-name"))
        #expect(found.count == 1)
        #expect(
            found == [
                "8:8: this is not TOML: a text stands here without quotes. Put text in quotes, key = \"value\"; true and false have "
                    + "small letters."
            ])
    }

    @Test("A key given twice is an error at the second")
    func duplicate() {
        let found = problems(goodLines + ["ask_reason = \"never\""])
        let first = goodLines.firstIndex { $0.hasPrefix("ask_reason") } ?? -1
        #expect(
            found == [
                "\(goodLines.count + 1):1: this is not TOML: this key has a value already, on line \(first + 1). Remove one of the two, "
                    + "or join them."
            ])
    }

    @Test("A syntax error on a secret's line shows nothing of it", arguments: ["token", "secret", "basic_auth.password"])
    func syntaxOnSecret(key: String) {
        for value in ["TOKENtoken", "\"TOKENtoken", "trueSECRETsecret", "'PASSWORDpassword", "\"\\qTOKENtoken\""] {
            let found = problems(changed(key, to: "\(key) = \(value)"))
            #expect(found.count == 1 && found[0].contains(": this is not TOML: a "), "\(found)")
            #expect(!["TOKEN", "SECRET", "PASSWORD"].contains { found[0].contains($0) }, "\(found)")
        }
    }

    @Test("NUL characters, written out or escaped, are refused and not a silent end")
    func nul() {
        #expect(
            problems(goodLines + ["# \0"]) == [
                "\(goodLines.count + 1):3: this is not TOML: a NUL character stands here. Remove it."
            ])
        let escaped = problems(changed("secret", to: #"secret = "0123456789abcdef\u0000""#))
        #expect(escaped == ["11:10: a NUL character stands here. Remove it."])
        let named = problems(goodLines + ["[approvals.users]", #""a\u0000" = "b""#])
        #expect(named == ["\(goodLines.count + 2):1: a NUL character stands here. Remove it."])
    }

    @Test(
        "Texts that crash another TOML parser are errors with their line, and so is an address without quotes",
        arguments: [
            "x = 1979-05-27TN7:3g", "x = [1979-05-27 x:]", "x = 1979-05-27___ 1", "x = {y = 1 2}", "x = [#\n}", "x = [\"a\"}",
            "x = 0x1p-", "[=", "x = [}",
            "url = https://chat.example.com",
        ])
    func traps(line: String) {
        let found = problems(goodLines + [line])
        #expect(found.count == 1)
        let last = goodLines.count + line.split(separator: "\n").count
        #expect(found.first?.hasPrefix("\(last):") == true && found[0].contains(": this is not TOML: "), "\(found)")
    }

    @Test(
        "Endless nesting is an error and neither a crash nor a long wait",
        arguments: ["[", "{a=", "[{a=", "a.", "[a.", "\"\".", "[["])
    func depth(piece: String) {
        #expect(!problems(["x = " + String(repeating: piece, count: 2_000)]).isEmpty)
        #expect(!problems([String(repeating: piece, count: 2_000) + "a = 1"]).isEmpty)
    }

    @Test("Random texts are an error and never the end of the process", arguments: 0..<20)
    func random(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        let pieces = [
            "[", "]", "{", "}", "\"", "'", "\"\"\"", "'''", "\\", "\n", "=", ".", ",", "#", "a", "1", " ", "-", "+", ":", "T",
            "0x", "true", "\r\n", "é", "\t", "_",
        ]
        for _ in 0..<100 {
            let text = (0..<14).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }.joined()
            #expect(throws: SettingsError.self) { try Settings.parse([UInt8](text.utf8), path: "f") }
        }
    }

    @Test("A file that is not UTF-8 is refused")
    func utf8() {
        #expect(throws: SettingsError.self) { try Settings.parse([0x5B, 0xFF, 0x5D], path: "f") }
    }

    @Test("The example is the file in config, parses, and asks for the empty values that it needs alone")
    func example() throws {
        let file = Fixtures.root.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "config/teleport-mattermost.toml")
        #expect(try String(contentsOf: file, encoding: .utf8) == ExampleConfiguration.text)
        let lines = ExampleConfiguration.text.split(separator: "\n", omittingEmptySubsequences: false)
        let found = problems(lines.map(String.init))
        let keys = found.map { $0.split(separator: ": ")[1] }
        let names = ["[teleport] addr", "[mattermost] url", "[mattermost] token"]
        #expect(keys.map(String.init) == names)
        #expect(found.allSatisfy { $0.contains(": is empty. Set it to ") })
    }

    @Test("The tables in docs/configuration.md are those of the declarations, and name every key")
    func reference() throws {
        let document = Fixtures.root.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "docs/configuration.md")
        let text = try String(contentsOf: document, encoding: .utf8)
        #expect(text.contains("-->\n\(SettingsReference.text)<!-- end of settings -->"))
        for key in SettingKey.allCases {
            #expect(SettingsReference.text.contains("`\(key.name)`"))
            #expect(ExampleConfiguration.text.contains("\(key.name) = "))
        }
    }

    @Test("A default has the same effect whether the file contains it or not", arguments: SettingKey.allCases)
    func defaults(key: SettingKey) throws {
        let written: String
        switch key.form {
        case .string(let text?): written = "\"\(text)\""
        case .strings: written = "[]"
        case .flag(let flag?): written = "\(flag)"
        case .string, .flag: return
        }
        let (with, without) = (changed(key, to: "\(key.name) = \(written)"), changed(key, to: nil))
        #expect("\(try parse(with))" == "\(try parse(without))")
    }

    @Test("Properties start with the defaults that their keys declare")
    func properties() throws {
        let needed = ["[", "auth_server =", "url =", "token =", "secret =", "public_addr ="]
        let settings = try parse(goodLines.filter { line in needed.contains { line.hasPrefix($0) } })
        #expect(settings.approvals == .init() && settings.log == .init() && settings.notify == .init())
        #expect(settings.reminders == .init() && settings.audit == .init() && settings.messages == .init())
        #expect(settings.accessLists == .init())
        let teleport = TeleportConfiguration(address: "", clientKey: "", clientCertificate: "", rootCAs: "")
        #expect(settings.teleport.refreshesIdentity == teleport.refreshesIdentity)
        #expect(settings.teleport.refreshInterval == teleport.refreshInterval)
    }

    @Test("Two names that look alike are reported as one name that is there twice")
    func alike() {
        let found = problems(goodLines + ["[approvals.roles]", "\"e\u{301}\" = ['@ana']", "\"\u{E9}\" = ['@bob']"])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("\(goodLines.count + 3): [approvals.roles] ") == true)
        #expect(
            found.first?.hasSuffix("stands there twice, written with different characters that look alike. Remove one.") == true
        )
    }
}
