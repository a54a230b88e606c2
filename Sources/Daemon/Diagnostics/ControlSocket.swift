import Access
import Glibc
import Settings

/// The Unix socket of the commands `status` and `requests`: where it is, and how it is made.
enum ControlSocket {
    static let name = "control.sock"
    /// The folder of the state under the unit of systemd and the Debian package.
    static let stateFolder = "/var/lib/teleport-mattermost"

    /// The error for a socket that cannot be used.
    struct Failure: OperatorError, Equatable {
        var words: String
        var mend: String?
        /// The error number of the system's, if a call failed.
        var code: Int32?
    }

    /// Returns the socket's path: in systemd's state directory, in that of the package, or in the user's runtime directory,
    /// whichever is there first and may be written to. Nil if the socket is switched off or has no place.
    static func path(_ setting: Settings.Diagnostics.Socket, variable: (String) -> String? = environment) -> String? {
        switch setting {
        case .off: return nil
        case .path(let path): return path
        case .automatic:
            // The variable may list several directories.
            let own = variable("STATE_DIRECTORY")?.split(separator: ":").first.map(String.init)
            let folders = [own, stateFolder, variable("XDG_RUNTIME_DIR")]
            return folders.compactMap(\.self).first { access($0, W_OK | X_OK) == 0 }.map { "\($0)/\(name)" }
        }
    }

    @Sendable static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// Makes a listening socket that only this user and root may connect to. A socket of a process that has ended is replaced,
    /// and one on which somebody answers is left alone.
    static func listen(at path: String) throws(Failure) -> Int32 {
        try removeStale(path)
        guard let address = UnixAddress(path) else { throw tooLong(path) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failure(path) }
        // The mode of the descriptor becomes that of the file, so that there is no moment in which others may connect.
        guard fchmod(descriptor, 0o600) == 0, address.call(bind, descriptor) == 0, chmod(path, 0o600) == 0,
            Glibc.listen(descriptor, 16) == 0
        else {
            let failure = failure(path)
            close(descriptor)
            throw failure
        }
        return descriptor
    }

    private static func removeStale(_ path: String) throws(Failure) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK, status.st_uid == geteuid() || status.st_uid == 0 else {
            throw Failure(
                words: "[diagnostics] socket: \(path) is there, and is no socket of this user.",
                mend: "Remove it, or set another path.")
        }
        do throws(Failure) {
            close(try connect(to: path, within: 1))
        } catch {
            guard error.code == ECONNREFUSED else { throw error }
            guard unlink(path) == 0 else { throw failure(path) }
            return
        }
        throw Failure(
            words: "another instance of the plugin answers at \(path).",
            mend: "Set [diagnostics] socket of one of them to another path, or to \"off\".")
    }

    /// Connects to the socket. The descriptor's reads and writes fail after `seconds`.
    static func connect(to path: String, within seconds: Int) throws(Failure) -> Int32 {
        guard let address = UnixAddress(path) else { throw tooLong(path) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failure(path) }
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        guard address.call(Glibc.connect, descriptor) == 0 else {
            let failure = failure(path)
            close(descriptor)
            throw failure
        }
        return descriptor
    }

    /// Makes the error of the system's last call.
    static func failure(_ path: String) -> Failure {
        let code = errno
        let mend: String? =
            switch code {
            case ENOENT, ENOTDIR: "Make the folder, or set another path."
            case EACCES, EPERM, EROFS: "Let the plugin's user write to the folder, or set another path."
            default: nil
            }
        return Failure(words: "[diagnostics] socket: \(path): \(String(cString: strerror(code))).", mend: mend, code: code)
    }

    private static func tooLong(_ path: String) -> Failure {
        Failure(words: "[diagnostics] socket: \(path) is too long for a socket.", mend: "Set a path of at most 107 bytes.")
    }
}

/// The address of a Unix socket.
struct UnixAddress {
    private var address = sockaddr_un()

    /// Nil for a path that does not fit.
    init?(_ path: String) {
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, !bytes.contains(0), bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    }

    /// Calls `bind` or `connect` with the address.
    func call(_ function: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32, _ descriptor: Int32) -> Int32 {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                function(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
