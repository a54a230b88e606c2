import Foundation
import Testing

@Suite("The documents")
struct DocumentsTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The Markdown files of the project, without those of its dependencies.
    private static func documents() throws -> [URL] {
        let all = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
        return all.compactMap { $0 as? URL }.filter { $0.pathExtension == "md" && !$0.path.contains("/.build") }
    }

    /// The anchors of a document's headings, as GitHub makes them.
    private static func anchors(in text: String) -> Set<String> {
        var isCode = false
        return Set(
            text.split(separator: "\n").compactMap { line in
                if line.hasPrefix("```") { isCode.toggle() }
                guard !isCode, line.hasPrefix("#") else { return nil }
                let title = line.drop { $0 == "#" }.lowercased().trimmingCharacters(in: .whitespaces)
                return String(title.filter { $0.isLetter || $0.isNumber || " -_".contains($0) }.map { $0 == " " ? "-" : $0 })
            })
    }

    @Test("Every relative link leads to a file, and to a heading of it")
    func links() throws {
        let documents = try Self.documents()
        #expect(documents.count > 10)
        for document in documents {
            let text = try String(contentsOf: document, encoding: .utf8)
            for match in text.matches(of: /\]\(([^)\s]*)\)/) where !match.output.1.contains("://") {
                let parts = match.output.1.split(separator: "#", omittingEmptySubsequences: false)
                let folder = document.deletingLastPathComponent()
                let file = parts[0].isEmpty ? document : folder.appending(path: String(parts[0])).standardized
                #expect(FileManager.default.fileExists(atPath: file.path), "\(document.lastPathComponent): \(match.output.1)")
                guard parts.count == 2, file.pathExtension == "md" else { continue }
                let anchors = Self.anchors(in: try String(contentsOf: file, encoding: .utf8))
                #expect(anchors.contains(String(parts[1])), "\(document.lastPathComponent): \(match.output.1)")
            }
        }
    }

    @Test("The README is at most 8 kB")
    func readme() throws {
        let size = try Data(contentsOf: Self.root.appending(path: "README.md")).count
        #expect(size <= 8192)
    }
}
