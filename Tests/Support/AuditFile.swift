import Foundation

/// A temporary file that audit or log lines are written to, and that is read again.
package struct AuditFile {
    package init() {}

    package let path = FileManager.default.temporaryDirectory.appending(path: "audit-\(UUID().uuidString)").path

    package func text() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    package func lines() throws -> [[String: String]] {
        try text().split(separator: "\n").map { line in
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String] ?? [:]
        }
    }

    package func remove() { try? FileManager.default.removeItem(atPath: path) }
}
