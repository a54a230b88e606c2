import Glibc
import Logging

/// Finds out whether a descriptor is connected to systemd's journal. The journal takes a line's priority from `<6>` before it.
enum JournalStream {
    /// The environment variable in which systemd names the device and the inode of the stream to the journal. A descriptor that
    /// was redirected elsewhere since has others (`systemd.exec(5)`).
    static let variable = "JOURNAL_STREAM"

    static func isJournal(_ descriptor: Int32, _ value: String? = getenv(variable).map { String(cString: $0) }) -> Bool {
        let parts = value?.split(separator: ":", omittingEmptySubsequences: false).map { UInt64($0) } ?? []
        var status = stat()
        guard parts.count == 2, let device = parts[0], let inode = parts[1], fstat(descriptor, &status) == 0 else {
            return false
        }
        return UInt64(status.st_dev) == device && UInt64(status.st_ino) == inode
    }

    /// Puts the priority of the level before each line.
    static func marked(_ lines: String, _ level: Logger.Level) -> String {
        lines.split(separator: "\n").map { "<\(level.journalPriority)>\($0)\n" }.joined()
    }
}
