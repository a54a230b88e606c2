import Access
import Glibc
import Settings

/// The files that hold secrets, as a configuration names them, and who may read them.
struct SecretFiles {
    struct Owned: Equatable {
        /// Permission bits alone.
        var mode: mode_t
        var owner: uid_t
        var group: gid_t
    }

    /// Each once, the configuration file first where it holds a secret itself.
    let paths: [String]

    /// - Parameter files: what the settings name besides: keys and identities.
    init(configuration: String, _ sources: SecretSources, files: [String]) {
        var seen: Set<String> = []
        paths = ((sources.isInline ? [configuration] : []) + sources.files + files).filter { seen.insert($0).inserted }
    }

    /// One for each file that too many may read, or one that all is well. A file that is not there is another step's affair.
    func steps() -> [CheckStep] {
        let found = paths.compactMap { path in Self.owned(path).map { (path, $0) } }
        let failures = found.compactMap { Self.failure($0, $1) }
        if !failures.isEmpty { return failures }
        guard !found.isEmpty else { return [.skipped("file modes", "no file with a secret is there")] }
        let count = found.count == 1 ? "the one file" : "the \(found.count) files"
        return [.ok("file modes", "\(count) with secrets cannot be read by everybody")]
    }

    /// A group may read what `root` owns and gave a group of its own: the plugin's user reads it by no other right.
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
