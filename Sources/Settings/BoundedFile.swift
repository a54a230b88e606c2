internal import Glibc
internal import Watcher

/// Reads small files as a whole.
package enum BoundedFile {
    /// The error of a file that was not read.
    package struct Problem: Error, Equatable, CustomStringConvertible {
        /// The kind of the error.
        package enum Code: Equatable {
            case missing
            case notAFile
            case tooLarge
            /// This user may not read the file, or not enter a folder on the way to it.
            case forbidden
            case failed
        }

        package var code: Code
        /// The problem, as the end of a sentence that begins with the file's path.
        package var words: String
        /// A sentence that says what to do about it; nil if nothing more is known.
        package var mend: String?

        package var description: String { mend.map { "\(words) \($0)" } ?? words }
    }

    /// Reads a file. It follows links, but refuses what is not a plain file, because reading a pipe or a device could block
    /// forever.
    ///
    /// - Parameter limit: the largest file that is read, in bytes.
    package static func read(_ path: String, limit: Int) throws(Problem) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw problem(errno, opening: path) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw problem(errno) }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw Problem(code: .notAFile, words: "is a directory.", mend: "Name a file.")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw Problem(code: .notAFile, words: "is not a plain file.", mend: "Name one.")
        }
        return try contents(of: file, limit: limit)
    }

    private static func contents(of file: Int32, limit: Int) throws(Problem) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count <= limit {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw problem(errno) }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
        throw Problem(code: .tooLarge, words: "is larger than \(limit >> 10) KiB.", mend: "Is it the right file?")
    }

    private static func problem(_ code: Int32, opening path: String) -> Problem {
        guard code == EACCES, let folder = ClosedFolder.first(onWayTo: path) else { return problem(code) }
        return Problem(code: .forbidden, words: "may not be read: \(folder.problem).", mend: "Use \(folder.mend).")
    }

    private static func problem(_ code: Int32) -> Problem {
        switch code {
        case ENOENT, ENOTDIR: Problem(code: .missing, words: "does not exist.")
        case EACCES, EPERM:
            Problem(
                code: .forbidden,
                words: "may not be read by this user (uid \(geteuid())).", mend: "Change its owner or mode.")
        default: Problem(code: .failed, words: "cannot be read: \(String(cString: strerror(code))).")
        }
    }
}
