import Foundation
import Testing

@testable import Check
@testable import Settings

@Suite("The files with secrets")
struct SecretFilesTests {
    private func paths(_ lines: String...) throws -> [String] {
        let sources = SecretSources(try SettingsText([UInt8](lines.joined(separator: "\n").utf8)))
        return SecretFiles(configuration: "/c.toml", sources, files: ["/key"]).paths
    }

    @Test("They are the files that the settings name, and the configuration itself if it holds a secret")
    func named() throws {
        #expect(
            try paths("[mattermost]", #"token = "/t""#, #"secret = "/s""#, #"previous_secrets = ["/p", "/t"]"#) == [
                "/t", "/s", "/p", "/key",
            ])
        #expect(try paths("[mattermost]", #"token = "abc""#, #"secret = "/s""#) == ["/c.toml", "/s", "/key"])
        #expect(try paths("[mattermost]", #"token = "/t""#, #"previous_secrets = ["inline"]"#) == ["/c.toml", "/t", "/key"])
        #expect(try paths("[http]", #"basic_auth.password = "/looks-like-a-file""#).first == "/c.toml")
        #expect(try paths("[http]", #"public_addr = "https://user:password@host""#).first == "/c.toml")
        #expect(try paths("[http]", #"public_addr = "https://host""#) == ["/key"])
    }

    @Test(
        "A file that others may read is found, with the chmod command that ends it",
        arguments: [
            (0o600, 1000, 1000, nil), (0o400, 0, 0, nil),
            (0o640, 0, 998, nil), (0o440, 0, 998, nil),
            (0o644, 1000, 1000, "chmod go= '/a b'"), (0o604, 1000, 1000, "chmod go= '/a b'"),
            (0o640, 1000, 1000, "chmod go= '/a b'"), (0o640, 0, 0, "chmod go= '/a b'"),
            (0o644, 0, 998, "chmod o= '/a b'"), (0o660, 0, 998, "chmod go= '/a b'"),
            (0o602, 1000, 1000, "chmod go= '/a b'"),
        ] as [(mode_t, uid_t, gid_t, String?)])
    func modes(_ mode: mode_t, _ owner: uid_t, _ group: gid_t, _ mend: String?) {
        let step = SecretFiles.failure("/a b", SecretFiles.Owned(mode: mode, owner: owner, group: group))
        #expect(step?.mend == mend)
    }

    @Test("A file's mode is read, and the advised chmod makes the check succeed")
    func real() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "secret \(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        #expect(FileManager.default.createFile(atPath: file, contents: Data(), attributes: [.posixPermissions: 0o644]))
        let sources = SecretSources(try SettingsText([UInt8]("[mattermost]\ntoken = \"\(file)\"".utf8)))
        let files = SecretFiles(configuration: "/nowhere", sources, files: [])
        #expect(files.steps().map(\.status) == [.failed])
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        #expect(files.steps().map(\.status) == [.ok])
    }
}
