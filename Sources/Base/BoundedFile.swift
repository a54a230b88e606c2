import Glibc

/// Reads small files as a whole, with a bound on the size, so that a wrong path such as `/dev/zero` fills no memory.
package enum BoundedFile {
    /// Why a file was not read. The codes are those of `errno`.
    package enum Failure: Error, Equatable {
        case notOpened(code: CInt)
        case isDirectory
        /// A pipe, device or socket, where only a plain file was asked for.
        case isNotPlain
        case notRead(code: CInt)
        case tooLarge
    }

    /// Links are followed.
    ///
    /// - Parameters:
    ///   - limit: the largest file that is read, in bytes.
    ///   - allowsAnyKind: whether pipes and devices are read too. The call blocks until a pipe's writer has finished.
    package static func read(_ path: String, limit: Int, allowsAnyKind: Bool = false) throws(Failure) -> [UInt8] {
        // Without O_NONBLOCK, opening a named pipe waits for a writer.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw .notOpened(code: errno) }
        defer { close(file) }
        if !allowsAnyKind { try requirePlain(file) }
        return try contents(of: file, limit: limit)
    }

    private static func requirePlain(_ file: CInt) throws(Failure) {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw .notRead(code: errno) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw .isDirectory }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .isNotPlain }
    }

    private static func contents(of file: CInt, limit: Int) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count <= limit {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .notRead(code: errno) }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
        throw .tooLarge
    }
}
