import Glibc

/// The socket on which systemd takes messages from a service of `Type=notify` (`sd_notify(3)`).
struct SystemdSocket: Sendable {
    private let path: [UInt8]

    /// - Parameter value: the value of `NOTIFY_SOCKET`: a path, or `@` with an abstract name. Nil for any other kind of address.
    init?(_ value: String?) {
        guard let value, let first = value.utf8.first else { return nil }
        var path = Array(value.utf8)
        guard first == UInt8(ascii: "/") || first == UInt8(ascii: "@"), path.count > 1 else { return nil }
        // The kernel writes an abstract name with a zero byte at its beginning.
        if first == UInt8(ascii: "@") { path[0] = 0 }
        guard path.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path) else { return nil }
        self.path = path
    }

    /// The time that systemd compares with that of a reload's begin (`sd_notify(3)`, `MONOTONIC_USEC`).
    static var monotonicMicroseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    /// Sends a message, which consists of lines such as `READY=1`. A message that cannot be sent is dropped: the service must
    /// not depend on its supervisor.
    func send(_ message: String) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let length = MemoryLayout.offset(of: \sockaddr_un.sun_path).map { $0 + path.count } ?? 0
        _ = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                Array(message.utf8).withUnsafeBytes { bytes in
                    let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
                    return sendto(descriptor, bytes.baseAddress, bytes.count, flags, address, socklen_t(length))
                }
            }
        }
    }
}

/// The interval at which systemd expects a sign of life (`sd_watchdog_enabled(3)`).
enum SystemdWatchdog {
    /// Returns the limit of systemd's watchdog; nil if it is not switched on for this process.
    /// - Parameters:
    ///   - microseconds: the value of `WATCHDOG_USEC`.
    ///   - process: the value of `WATCHDOG_PID`, which names the process that the limit is for.
    static func limit(_ microseconds: String?, process: String?, own: Int32 = getpid()) -> Duration? {
        guard let microseconds = microseconds.flatMap(Int64.init), microseconds > 0 else { return nil }
        guard process.map({ Int32($0) == own }) ?? true else { return nil }
        return .microseconds(microseconds)
    }
}
