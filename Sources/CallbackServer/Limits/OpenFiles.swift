#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The limit on the number of files that this process may have open.
enum OpenFiles {
    /// The number of files that are left for the logs, the connections to Teleport and Mattermost, and the libraries.
    static let reserve = 64

    /// Raises the limit as far as is possible without privileges, and returns it. Nil when the system does not return it.
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

    /// Returns how many of the `wanted` connections are possible with this limit. Two files are counted for each, because a
    /// connection that is being closed keeps its file for a while, while a new one has its place.
    static func connections(_ wanted: Int, files: Int?) -> Int {
        guard let files else { return wanted }
        return max(1, min(wanted, (files - reserve) / 2))
    }
}
