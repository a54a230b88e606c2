import Access
import Testing

@testable import Watcher

@Suite("Files in a folder that may not be entered")
struct ClosedFolderTests {
    private func first(
        onWayTo file: String, closed: Set<String>, links: [String: String] = [:]
    ) -> String? {
        ClosedFolder.first(onWayTo: file, canPass: { !closed.contains($0) }, target: { links[$0] })?.path
    }

    @Test(
        "The first closed folder on the way to the file is named",
        arguments: [
            ("/var/lib/teleport/plugins/identity", ["/var/lib/teleport", "/var/lib/teleport/plugins"], "/var/lib/teleport"),
            ("/var/lib/teleport/plugins/identity", ["/var/lib/teleport/plugins"], "/var/lib/teleport/plugins"),
            ("//var//lib/identity", ["/var"], "/var"), ("/identity", ["/"], "/"), ("keys/identity", ["./keys"], "./keys"),
            ("identity", ["."], "."), ("/var/lib/identity", ["/var/lib/identity"], nil), ("/var/lib/identity", [], nil),
            ("", ["/"], nil),
        ])
    func closed(file: String, closed: [String], expected: String?) {
        #expect(first(onWayTo: file, closed: Set(closed)) == expected)
    }

    @Test("Symbolic links are followed, whole and relative ones, and a ring of them has an end")
    func links() {
        let links = ["/etc/tm": "/var/lib/teleport/tm", "/data/identity": "..2026/identity", "/ring": "ring"]
        #expect(first(onWayTo: "/etc/tm/identity", closed: ["/var/lib/teleport"], links: links) == "/var/lib/teleport")
        #expect(first(onWayTo: "/data/identity", closed: ["/data/..2026"], links: links) == "/data/..2026")
        #expect(first(onWayTo: "/ring/identity", closed: [], links: links) == nil)
    }

    @Test("The error names the folder and the command that opens it")
    func words() {
        let file = CredentialFile(setting: "identity", path: "/var/lib/teleport/plugins/identity")
        let message = file.denied(by: ClosedFolder(path: "/var/lib/teleport")).message
        #expect(message.hasPrefix("identity \"\(file.path)\" cannot be opened, for the folder /var/lib/teleport does"))
        #expect(
            message.hasSuffix(
                ": let it pass with chmod o+x /var/lib/teleport, or keep the plugin's files in a folder such as "
                    + "/etc/teleport-mattermost"))
        #expect(file.denied(by: nil).message.hasSuffix("permission denied: let the plugin's user read it"))
        #expect(ClosedFolder(path: "/a b").mend.hasPrefix("chmod o+x '/a b', or"))
    }

    @Test("No folder is blamed for a file that is readable, or for one that does not exist")
    func real() {
        for file in ["/etc/hostname", "/nowhere/at/all"] {
            #expect(ClosedFolder.first(onWayTo: file) == nil, "\(file)")
        }
    }
}
