package import Foundation

/// Recorded exchanges with real servers, in `Tests/Fixtures`.
package enum Fixtures {
    package static let root: URL = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures")

    /// The bytes of a file such as `teleport-7.3.2/ping.pb`.
    package static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: root.appending(path: path)))
    }

    /// The file names of a folder such as `mattermost-5.37`, sorted.
    package static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path).sorted()
    }
}
