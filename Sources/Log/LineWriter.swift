import Glibc

/// Writes whole lines. After a line that could be written only in part, the next one begins on a new line. It knows no files:
/// the caller passes the function that writes.
struct LineWriter: Sendable {
    enum News: Equatable {
        /// A line could not be written whole, after lines that could. The value is the `errno`.
        case failed(Int32)
        /// A line was written whole again, after this number of lines that were not.
        case recovered(lost: Int)
    }

    /// Whether the last write ended within a line.
    var isTorn = false
    private var lost = 0

    /// Writes a line, which ends with a line feed. Returns news if writing began to fail or works again.
    /// - Parameter write: behaves like `write(2)`, but returns `-errno` for an error.
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

    /// Writes the bytes, in several steps if needed. Returns the `errno` that left some of them unwritten; nil if all were
    /// written.
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
