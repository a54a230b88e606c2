import Foundation

/// The cases of the published conformance suite.
enum Cases {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases")

    /// The names of all cases without the extension, such as `valid/array/empty`.
    static let valid = names("valid")
    static let invalid = names("invalid")

    static func bytes(_ name: String, _ kind: String = "toml") throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: "\(name).\(kind)")))
    }

    private static func names(_ kind: String) -> [String] {
        let files = FileManager.default.enumerator(atPath: folder.appending(path: kind).path)
        return (files?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".toml") }.sorted()
            .map { "\(kind)/\($0.dropLast(".toml".count))" }
    }
}
