import Foundation
import Synchronization

/// Keeps the lines that an audit log writes, so that tests can read them.
package final class AuditLines: Sendable {
    private let written = Mutex("")

    package init() {}

    /// The function to give to an ``AuditLog`` as its file.
    package var write: @Sendable (String) -> Void {
        { line in self.written.withLock { $0 += line } }
    }

    package var text: String { written.withLock { $0 } }

    package func lines() throws -> [[String: String]] {
        try text.split(separator: "\n").map { line in
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String] ?? [:]
        }
    }
}
