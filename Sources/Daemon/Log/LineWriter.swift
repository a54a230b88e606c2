import Glibc

/// Writes whole lines, and keeps one that was torn apart from the next. Knows no file.
struct LineWriter: Sendable {
    enum News: Equatable {
        /// The first line that could not be written whole, and its `errno`.
        case failed(Int32)
        /// The first whole line after those that were not.
        case recovered(lost: Int)
    }

    /// Whether the last write ended within a line.
    var isTorn = false
    private var lost = 0

    /// - Parameter write: as `write(2)`, with `-errno` for an error.
    mutating func write(_ line: String, by write: (UnsafeRawBufferPointer) -> Int) -> News? {
        var text = isTorn ? "\n" + line : line
        // A full disk or a closed pipe must not stop the service.
        if let error = text.withUTF8({ put(UnsafeRawBufferPointer($0), by: write) }) {
            lost += 1
            return lost == 1 ? .failed(error) : nil
        }
        defer { lost = 0 }
        return lost > 0 ? .recovered(lost: lost) : nil
    }

    /// The error that left some of it unwritten.
    private mutating func put(_ bytes: UnsafeRawBufferPointer, by write: (UnsafeRawBufferPointer) -> Int) -> Int32? {
        var rest = bytes
        while !rest.isEmpty {
            let count = write(rest)
            if count == -Int(EINTR) { continue }
            guard count > 0 else { return count < 0 ? Int32(-count) : EIO }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            isTorn = bytes[bytes.count - rest.count - 1] != UInt8(ascii: "\n")
        }
        return nil
    }
}
