import Access
import Glibc

extension Timestamp {
    /// The time in UTC to the second, e.g. `2026-11-20 23:02:11 UTC`.
    var utc: String {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            let length = strftime(text.baseAddress, text.count, "%Y-%m-%d %H:%M:%S UTC", &parts)
            return String(decoding: text.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
