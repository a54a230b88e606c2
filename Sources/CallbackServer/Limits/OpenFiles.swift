#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How many files this process may have open.
enum OpenFiles {
    /// For logs, the connections to Teleport and Mattermost, and what the libraries open.
    static let reserve = 64

    /// Raises the limit as far as it goes without privileges, and gives it. Nil where the system does not tell.
    @discardableResult
    static func raiseLimit() -> Int? {
        var limit = rlimit()
        #if canImport(Glibc)
            let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let files = RLIMIT_NOFILE
        #endif
        guard getrlimit(files, &limit) == 0 else { return nil }
        if limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = limit.rlim_max
            if setrlimit(files, &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }

    /// How many connections fit, of `wanted`: those that are being closed hold a file too, for a second.
    static func connections(_ wanted: Int, files: Int?) -> Int {
        guard let files else { return wanted }
        return max(1, min(wanted, (files - reserve) / 2))
    }
}
