import Access
internal import Base
internal import Glibc
internal import Watcher

/// Reads the plain files that settings name, and says in words why one cannot be used.
package enum NamedFile {
    /// The error of a file that was not read.
    package struct Problem: OperatorError, Equatable {
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
    }

    /// Reads a file. It follows links, but refuses what is not a plain file, because reading a pipe or a device could block
    /// forever.
    ///
    /// - Parameter limit: the largest file that is read, in bytes.
    package static func read(_ path: String, limit: Int) throws(Problem) -> [UInt8] {
        do {
            return try BoundedFile.read(path, limit: limit)
        } catch {
            throw problem(error, path, limit)
        }
    }

    private static func problem(_ failure: BoundedFile.Failure, _ path: String, _ limit: Int) -> Problem {
        switch failure {
        case .isDirectory: Problem(code: .notAFile, words: "is a directory.", mend: "Name a file.")
        case .isNotPlain: Problem(code: .notAFile, words: "is not a plain file.", mend: "Name one.")
        case .tooLarge: Problem(code: .tooLarge, words: "is larger than \(limit >> 10) KiB.", mend: "Is it the right file?")
        case .notRead(let code): problem(code)
        case .notOpened(let code):
            if code == EACCES, let folder = ClosedFolder.first(onWayTo: path) {
                Problem(code: .forbidden, words: "may not be read: \(folder.problem).", mend: "Use \(folder.mend).")
            } else {
                problem(code)
            }
        }
    }

    private static func problem(_ code: CInt) -> Problem {
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
