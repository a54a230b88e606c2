import Access
import Glibc

/// A folder for which this process has no search permission. It keeps the process from opening any file inside, even files that
/// the process may read. Errors name it, because the file's own permissions look right.
package struct ClosedFolder: Equatable, Sendable {
    package var path: String

    /// The description of the problem, as a clause. A common case is Teleport's own `/var/lib/teleport`, which has the mode
    /// 0700.
    package var problem: String { "the folder \(path.shellWord) does not let this user (uid \(geteuid())) pass" }
    package var command: String { "chmod o+x \(path.shellWord)" }
    package var mend: String { "\(command), or keep the plugin's files in a folder such as /etc/teleport-mattermost" }

    /// Returns the first closed folder on the path to a file, symbolic links followed; nil if none is closed.
    package static func first(onWayTo file: String) -> Self? {
        first(onWayTo: file, canPass: canPass, target: target)
    }

    /// - Parameter target: returns the target of a symbolic link, and nil for a path that is no link.
    static func first(onWayTo file: String, canPass: (String) -> Bool, target: (String) -> String?) -> Self? {
        var folder = file.hasPrefix("/") ? "/" : "."
        var rest = file.split(separator: "/")[...]
        // Linux follows at most 40 links (`path_resolution(7)`).
        var linksLeft = 40
        while let name = rest.popFirst() {
            guard canPass(folder) else { return Self(path: folder) }
            let next = folder == "/" ? "/\(name)" : "\(folder)/\(name)"
            guard let target = target(next) else {
                folder = next
                continue
            }
            guard linksLeft > 0 else { return nil }
            linksLeft -= 1
            if target.hasPrefix("/") { folder = "/" }
            rest = target.split(separator: "/") + rest
        }
        return nil
    }

    /// Whether the folder may be passed. A folder that does not exist is not closed.
    private static func canPass(_ folder: String) -> Bool {
        faccessat(AT_FDCWD, folder, X_OK, AT_EACCESS) == 0 || errno != EACCES
    }

    private static func target(_ path: String) -> String? {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }
}
