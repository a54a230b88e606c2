import Glibc
import Synchronization

/// Where log lines go. Each is one `write`, so that lines of several processes appending to a file do not mix.
package final class LogDestination: Sendable {
    /// Why a log file cannot be used.
    package struct OpenError: Error, CustomStringConvertible {
        package var path: String
        package var reason: String
        package var section = "log"
        package var description: String {
            "cannot open the \(section) file \(path) for appending: \(reason). "
                + "Mend `output` in `[\(section)]` or the folder's permissions."
        }
    }

    /// What the file is for, as the configuration names it, and who may read it.
    package enum Purpose: String, Sendable {
        case log, audit

        fileprivate var mode: mode_t { self == .audit ? 0o600 : 0o640 }
    }

    private let path: String?
    private let purpose: Purpose
    private let descriptor: Mutex<Int32>

    private init(path: String?, purpose: Purpose = .log, descriptor: Int32) {
        self.path = path
        self.purpose = purpose
        self.descriptor = Mutex(descriptor)
    }

    package static let standardError = LogDestination(path: nil, descriptor: STDERR_FILENO)
    package static let standardOutput = LogDestination(path: nil, descriptor: STDOUT_FILENO)

    package static func file(_ path: String, for purpose: Purpose = .log) throws(OpenError) -> LogDestination {
        LogDestination(path: path, purpose: purpose, descriptor: try openFile(path, purpose))
    }

    deinit {
        if path != nil { descriptor.withLock { _ = close($0) } }
    }

    /// Opens the file anew, after it was moved away by a rotation. Nothing to do for a stream.
    package func reopen() throws(OpenError) {
        guard let path else { return }
        let new = try Self.openFile(path, purpose)
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

    private static func openFile(_ path: String, _ purpose: Purpose) throws(OpenError) -> Int32 {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, purpose.mode)
        guard descriptor >= 0 else {
            throw OpenError(path: path, reason: String(cString: strerror(errno)), section: purpose.rawValue)
        }
        return descriptor
    }
}
