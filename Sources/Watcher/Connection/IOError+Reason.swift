import Glibc
import NIOCore

extension IOError {
    /// The system's text for the failure, e.g. `Connection refused`.
    var shortReason: String { systemReason(errnoCode) }
}

/// Returns the system's text for an `errno`.
func systemReason(_ code: CInt) -> String {
    guard let text = strerror(code) else { return "error \(code)" }
    return String(cString: text)
}
