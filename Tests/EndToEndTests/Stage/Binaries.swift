import Foundation
import TestSupport

/// The binaries that `make test` builds before it runs the tests.
enum Binaries {
    enum Build: String {
        /// The build that is installed. `BUILD=release make test` runs the tests with it.
        case release
        /// The build that `make test` makes with the tests. It alone has the kill points.
        case debug

        /// The build that the variable `BUILD` names.
        static let chosen = Build(rawValue: ProcessInfo.processInfo.environment["BUILD"] ?? "") ?? .debug
    }

    struct Missing: Error, CustomStringConvertible {
        var path: String
        var description: String { "\(path) is missing: run `make \(Build.chosen == .debug ? "test" : "build")` first" }
    }

    static func path(_ name: String, _ build: Build = .chosen) throws -> String {
        let root = Fixtures.root.deletingLastPathComponent().deletingLastPathComponent()
        let path = root.appending(path: ".build/\(build)/\(name)").path
        guard FileManager.default.isExecutableFile(atPath: path) else { throw Missing(path: path) }
        return path
    }
}
