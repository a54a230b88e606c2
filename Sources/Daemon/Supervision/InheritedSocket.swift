import Glibc

/// The listening socket that systemd has opened for the plugin, by a socket unit (`sd_listen_fds(3)`).
///
/// systemd keeps the socket while the plugin is restarted, so connections wait in the meantime and are not refused.
enum InheritedSocket {
    /// The descriptor of the first socket that systemd passes.
    private static let first: Int32 = 3
    private static let mend = "Let the socket unit have exactly one ListenStream= with a port, as in ListenStream=8081."

    /// Returns the descriptor of the socket; nil if none was passed to this process. It is not passed on to child processes.
    ///
    /// - Parameters:
    ///   - count: the value of `LISTEN_FDS`, the number of sockets.
    ///   - process: the value of `LISTEN_PID`, which names the process that the sockets are for.
    static func find(count: String?, process: String?, own: pid_t = getpid()) throws(StartError) -> Int32? {
        guard let process, pid_t(process) == own, let count, count != "0" else { return nil }
        guard count == "1" else {
            throw StartError(
                "systemd passes \(Int(count).map(String.init) ?? "no number of") sockets (LISTEN_FDS).", mend: mend)
        }
        guard isListening(first) else {
            throw StartError("the socket that systemd passes is no listening TCP socket.", mend: mend)
        }
        guard fcntl(first, F_SETFD, FD_CLOEXEC) == 0 else {
            throw StartError("the socket that systemd passes cannot be used: \(String(cString: strerror(errno))).", mend: mend)
        }
        return first
    }

    /// Whether the descriptor is a TCP socket that listens.
    static func isListening(_ descriptor: Int32) -> Bool {
        guard option(SO_TYPE, of: descriptor) == Int32(SOCK_STREAM.rawValue), option(SO_ACCEPTCONN, of: descriptor) == 1
        else { return false }
        return [AF_INET, AF_INET6].contains(option(SO_DOMAIN, of: descriptor))
    }

    private static func option(_ name: Int32, of descriptor: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 ? value : nil
    }
}
