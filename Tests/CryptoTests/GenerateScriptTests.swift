import Foundation
import TestSupport
import Testing

@Suite("certs/generate.sh") struct GenerateScriptTests {
    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "certs-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private func contents(_ folder: URL) throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return try Dictionary(
            uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: folder.appending(path: $0))) })
    }

    @Test("It prints nothing, keeps files that are good, and makes lost files anew")
    func idempotent() throws {
        try withFolder { folder in
            #expect(try Certificates.run("/bin/sh", [Certificates.generator.path, folder.path]).isEmpty)
            let first = try contents(folder)
            #expect(
                first.keys.sorted() == [
                    "auth.cas", "auth.crt", "auth.key", "callback-ca.crt", "callback-ca.key", "identity", "server.crt",
                    "server.key",
                    "teleport-ca.crt", "teleport-ca.key", "teleport-server.crt", "teleport-server.key",
                ])
            try Certificates.run("/bin/sh", [Certificates.generator.path, folder.path])
            #expect(try contents(folder) == first)
            try FileManager.default.removeItem(at: folder.appending(path: "server.crt"))
            try Certificates.run("/bin/sh", [Certificates.generator.path, folder.path])
            let third = try contents(folder)
            #expect(third.filter { first[$0.key] != $0.value }.keys.sorted() == ["server.crt", "server.key"])
        }
    }

    @Test("A key is readable by its owner alone")
    func modes() throws {
        try withFolder { folder in
            try Certificates.run("/bin/sh", [Certificates.generator.path, folder.path])
            for name in try contents(folder).keys where name.hasSuffix(".key") || name == "identity" {
                let mode = try FileManager.default.attributesOfItem(atPath: folder.appending(path: name).path)[
                    .posixPermissions]
                #expect(mode as? Int == 0o600, "\(name)")
            }
        }
    }

    @Test("Without a folder it prints its usage")
    func usage() {
        let error = #expect(throws: Certificates.ProgramFailed.self) {
            try Certificates.run("/bin/sh", [Certificates.generator.path])
        }
        #expect(error?.output.hasPrefix("usage: ") == true)
    }
}
