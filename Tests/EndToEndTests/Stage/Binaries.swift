import Foundation
import TestSupport

/// The binaries that `make test` builds before it runs the tests.
enum Binaries {
    enum Build: String {
        case release
        /// The build that has the kill points.
        case debug
    }

    struct Missing: Error, CustomStringConvertible {
        var path: String
        var description: String { "\(path) is missing: run `make build` first, or run the tests with `make test`" }
    }

    static func path(_ name: String, _ build: Build = .release) throws -> String {
        let root = Fixtures.root.deletingLastPathComponent().deletingLastPathComponent()
        let path = root.appending(path: ".build/\(build)/\(name)").path
        guard FileManager.default.isExecutableFile(atPath: path) else { throw Missing(path: path) }
        return path
    }
}
