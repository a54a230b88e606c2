import Access
import Glibc
import Settings

/// The files with secrets that a configuration names, and a check of who may read them.
struct SecretFiles {
    struct Owned: Equatable {
        /// The permission bits, without the file's type.
        var mode: mode_t
        var owner: uid_t
        var group: gid_t
    }

    /// The paths without duplicates. The configuration file comes first if it holds a secret itself.
    let paths: [String]

    /// - Parameter files: further files that the settings name, such as keys and identities.
    init(configuration: String, _ sources: SecretSources, files: [String]) {
        var seen: Set<String> = []
        paths = ((sources.isInline ? [configuration] : []) + sources.files + files).filter { seen.insert($0).inserted }
    }

    /// Returns a failed step for each file that too many users may read, or one step that says that all is well. Files that do
    /// not exist are left to other steps.
    func steps() -> [CheckStep] {
        let found = paths.compactMap { path in Self.owned(path).map { (path, $0) } }
        let failures = found.compactMap { Self.failure($0, $1) }
        if !failures.isEmpty { return failures }
        guard !found.isEmpty else { return [.skipped("file modes", "no file with a secret is there")] }
        let count = found.count == 1 ? "the one file" : "the \(found.count) files"
        return [.ok("file modes", "\(count) with secrets cannot be read by everybody")]
    }

    /// Returns a failed step if too many users may read the file.
    ///
    /// A file may be readable by its group if `root` owns it and its group is not root's own. Administrators do that to let the
    /// plugin's user read a file that it does not own.
    static func failure(_ path: String, _ file: Owned) -> CheckStep? {
        let isGivenToGroup = file.owner == 0 && file.group != 0 && file.mode & 0o030 == 0
        let (forOthers, forGroup) = (file.mode & 0o007 != 0, file.mode & 0o070 != 0 && !isGivenToGroup)
        guard forOthers || forGroup else { return nil }
        let who = forOthers ? "everybody on this machine" : "its whole group"
        let bits = String(file.mode, radix: 8)
        let mend = "chmod \(isGivenToGroup ? "o=" : "go=") \(path.shellWord)"
        return .failed("file modes", "\(path) holds a secret and is open to \(who) (mode \(bits))", mend: mend)
    }

    private static func owned(_ path: String) -> Owned? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Owned(mode: status.st_mode & 0o777, owner: status.st_uid, group: status.st_gid)
    }
}
