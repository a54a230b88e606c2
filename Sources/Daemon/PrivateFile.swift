import Glibc
import Watcher

/// Writes files that others may not see half written, or at all.
enum PrivateFile {
    struct WriteError: Error, CustomStringConvertible {
        var path: String
        var reason: String
        var description: String { "\(path): \(reason)" }

        init(_ path: String) {
            self.path = path
            let code = errno
            reason = String(cString: strerror(code))
            if code == EACCES, let folder = ClosedFolder.first(onWayTo: path) {
                reason = "\(folder.problem), which \(folder.command) mends"
            }
        }
    }

    /// The folder and those above it; the last one for its owner alone.
    static func makeFolder(_ path: String) throws(WriteError) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/\(part)"
            guard mkdir(made, made == path ? 0o700 : 0o755) != 0, errno != EEXIST else { continue }
            throw WriteError(made)
        }
    }

    /// Under another name first, then renamed into place. The mode is set before the content.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws(WriteError) {
        let temporary = "\(path).new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw WriteError(temporary) }
        let isWritten = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) == $0.count }
        guard isWritten, fsync(descriptor) == 0, close(descriptor) == 0, rename(temporary, path) == 0 else {
            throw WriteError(path)
        }
    }
}
