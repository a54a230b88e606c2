import Foundation
import TestSupport

/// The release binaries that `make test` builds before it runs the tests.
enum Binaries {
    struct Missing: Error, CustomStringConvertible {
        var path: String
        var description: String { "\(path) is missing: run `make build` first, or run the tests with `make test`" }
    }

    static func path(_ name: String) throws -> String {
        let root = Fixtures.root.deletingLastPathComponent().deletingLastPathComponent()
        let path = root.appending(path: ".build/release/\(name)").path
        guard FileManager.default.isExecutableFile(atPath: path) else { throw Missing(path: path) }
        return path
    }
}
