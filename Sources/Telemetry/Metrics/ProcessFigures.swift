import Glibc

/// What the system says of this process, read when `/metrics` is asked for.
package enum ProcessFigures {
    /// Returns a sample for each figure that the system tells.
    package static var samples: [Sample] {
        var samples: [Sample] = []
        if let seconds = cpuSeconds { samples.append(Sample(.cpu, value: seconds)) }
        if let memory {
            samples.append(Sample(.resident, value: memory.resident))
            samples.append(Sample(.virtual, value: memory.virtual))
        }
        if let count = openFiles { samples.append(Sample(.openFiles, value: Double(count))) }
        if let limit = fileLimit { samples.append(Sample(.mostFiles, value: limit)) }
        samples.append(Sample(.started, value: started))
        return samples
    }

    /// When the process began to keep metrics, in Unix time. `/proc/stat` would say more exactly when it started, but the unit
    /// of systemd hides that file.
    package static let started: Double = {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec / 1_000_000) / 1000
    }()

    private static var cpuSeconds: Double? {
        var spent = timespec()
        guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent) == 0 else { return nil }
        return Double(spent.tv_sec) + Double(spent.tv_nsec) / 1e9
    }

    /// The sizes in bytes, from proc(5).
    private static var memory: (virtual: Double, resident: Double)? {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        let pages = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).split(separator: " ").compactMap { Double($0) }
        let size = Double(sysconf(Int32(_SC_PAGESIZE)))
        return pages.count > 1 ? (pages[0] * size, pages[1] * size) : nil
    }

    private static var openFiles: Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        // The entries `.` and `..` and the descriptor of the folder itself do not count.
        var count = -3
        while readdir(folder) != nil { count += 1 }
        return count
    }

    private static var fileLimit: Double? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return Double(limit.rlim_cur)
    }
}
