import Glibc
import Synchronization

/// Where log lines go. Each is one `write`, so that lines of several processes appending to a file do not mix.
package final class LogDestination: Sendable {
    /// Why a log file cannot be used.
    package struct OpenError: Error, CustomStringConvertible {
        package var path: String
        package var reason: String
        package var description: String {
            "cannot open the log file \(path) for appending: \(reason). Mend `output` in `[log]` or the folder's permissions."
        }
    }

    private let path: String?
    private let descriptor: Mutex<Int32>

    private init(path: String?, descriptor: Int32) {
        self.path = path
        self.descriptor = Mutex(descriptor)
    }

    package static let standardError = LogDestination(path: nil, descriptor: STDERR_FILENO)
    package static let standardOutput = LogDestination(path: nil, descriptor: STDOUT_FILENO)

    package static func file(_ path: String) throws(OpenError) -> LogDestination {
        LogDestination(path: path, descriptor: try openFile(path))
    }

    deinit {
        if path != nil { descriptor.withLock { _ = close($0) } }
    }

    /// Opens the file anew, after it was moved away by a rotation. Nothing to do for a stream.
    package func reopen() throws(OpenError) {
        guard let path else { return }
        let new = try Self.openFile(path)
        let old = descriptor.withLock { descriptor in
            defer { descriptor = new }
            return descriptor
        }
        close(old)
    }

    package func write(_ line: String) {
        var line = line
        line.withUTF8 { bytes in
            descriptor.withLock { descriptor in
                var rest = UnsafeRawBufferPointer(bytes)
                while !rest.isEmpty {
                    let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                    // A full disk or a closed pipe must not stop the service.
                    guard count > 0 else {
                        guard count < 0, errno == EINTR else { return }
                        continue
                    }
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
                }
            }
        }
    }

    private static func openFile(_ path: String) throws(OpenError) -> Int32 {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw OpenError(path: path, reason: String(cString: strerror(errno))) }
        return descriptor
    }
}
