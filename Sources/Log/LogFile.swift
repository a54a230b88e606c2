import Access
package import Glibc

/// Opens the log file and the audit file. Only regular files are accepted that belong to this user or to root and that others
/// cannot write, and no symbolic links, so that nobody can make the plugin write to another file.
package enum LogFile {
    static let open: LogDestination.Open = { (path, purpose) throws(LogDestination.OpenError) in
        try open(path, purpose, flags: O_CREAT, by: geteuid())
    }

    /// Returns the error that would keep the plugin from using the file; nil if there is none. Nothing is created or written.
    /// - Parameter owner: the effective user of this process. For root the owner is not checked, because the plugin then runs
    ///   as some other user.
    package static func problem(
        _ path: String, _ purpose: LogDestination.Purpose, by owner: uid_t = geteuid()
    ) -> LogDestination.OpenError? {
        var status = stat()
        guard lstat(path, &status) == 0 || errno != ENOENT else { return folderProblem(path, purpose) }
        do {
            close(try open(path, purpose, flags: 0, by: owner == 0 ? nil : owner))
            return nil
        } catch {
            return error
        }
    }

    /// Whether the file's last line is incomplete, as after a full disk.
    static func endsWithinLine(_ path: String) -> Bool {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        var last: UInt8 = 0
        return size > 0 && pread(descriptor, &last, 1, size - 1) == 1 && last != UInt8(ascii: "\n")
    }

    private static func open(
        _ path: String, _ purpose: LogDestination.Purpose, flags: Int32, by owner: uid_t?
    ) throws(LogDestination.OpenError) -> Int32 {
        // The flags keep a FIFO without a reader, or somebody's link to a device, from blocking the start.
        let all = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | flags
        let descriptor = Glibc.open(path, all, purpose.mode)
        guard descriptor >= 0 else { throw failure(errno, path, purpose) }
        var status = stat()
        let fault = fstat(descriptor, &status) == 0 ? fault(status, path, purpose, owner) : ("it cannot be looked at", nil)
        guard let fault else { return descriptor }
        close(descriptor)
        throw LogDestination.OpenError(path: path, reason: fault.reason, section: purpose.rawValue, ownMend: fault.mend)
    }

    private typealias Fault = (reason: String, mend: String?)

    private static func fault(
        _ status: stat, _ path: String, _ purpose: LogDestination.Purpose, _ owner: uid_t?
    ) -> Fault? {
        guard status.st_mode & S_IFMT == S_IFREG else { return ("it is no regular file", nameFile(purpose)) }
        if let owner, status.st_uid != owner, status.st_uid != 0 {
            return (
                "it belongs to another user (\(status.st_uid)), who could change it",
                "Type chown \(owner) \(path.shellWord), or remove it."
            )
        }
        let mode = status.st_mode & 0o777
        let bits = String(mode, radix: 8)
        switch purpose {
        case .audit where mode & 0o077 != 0:
            return ("others may use it (mode \(bits)), and it is for its owner alone", "Type chmod 600 \(path.shellWord).")
        case .log where mode & 0o022 != 0:
            return ("others may write it (mode \(bits))", "Type chmod go-w \(path.shellWord).")
        default: return nil
        }
    }

    private static func failure(_ code: Int32, _ path: String, _ purpose: LogDestination.Purpose) -> LogDestination.OpenError {
        var error = LogDestination.OpenError(path: path, reason: String(cString: strerror(code)), section: purpose.rawValue)
        switch code {
        case ELOOP: (error.reason, error.ownMend) = ("it is a symbolic link", nameFile(purpose))
        case ENXIO, EISDIR: (error.reason, error.ownMend) = ("it is no regular file", nameFile(purpose))
        default: break
        }
        return error
    }

    private static func nameFile(_ purpose: LogDestination.Purpose) -> String {
        "Name a file in `output` of `[\(purpose.rawValue)]`" + (purpose == .log ? ", or write stdout or stderr." : ".")
    }

    private static func folderProblem(_ path: String, _ purpose: LogDestination.Purpose) -> LogDestination.OpenError? {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        let folder = slash == path.startIndex ? (path.hasPrefix("/") ? "/" : ".") : String(path[..<slash])
        guard access(folder, W_OK | X_OK) != 0 else { return nil }
        return LogDestination.OpenError(path: path, reason: String(cString: strerror(errno)), section: purpose.rawValue)
    }
}
