import Foundation

/// A temporary file of audit lines that a test can read back.
struct AuditFile {
    let path = FileManager.default.temporaryDirectory.appending(path: "audit-\(UUID().uuidString)").path

    func text() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    func lines() throws -> [[String: String]] {
        try text().split(separator: "\n").map { line in
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String] ?? [:]
        }
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
