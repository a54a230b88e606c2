internal import Glibc

/// Writes files such as private keys. Other programs never see a file half written, and users without permission cannot read it
/// at any moment.
enum PrivateFile {
    struct WriteError: Error, CustomStringConvertible {
        var path: String
        var reason: String
        var description: String { "\(path): \(reason)" }

        init(_ path: String) {
            self.path = path
            reason = String(cString: strerror(errno))
        }
    }

    /// Makes the folder and those above it that do not exist. The folder itself is accessible to its owner alone.
    static func makeFolder(_ path: String) throws(WriteError) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/\(part)"
            guard mkdir(made, made == path ? 0o700 : 0o755) != 0, errno != EEXIST else { continue }
            throw WriteError(made)
        }
    }

    /// Writes the file under another name and renames it into place, so that it is never seen half written. The mode is set
    /// before the content is written.
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
