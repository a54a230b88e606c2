import Glibc
import NIOCore

/// A failure of the sandbox itself. The errors that its servers answer are ``AppError`` and ``AuthRefusal``.
package struct SandboxError: Error, Sendable, CustomStringConvertible {
    package var message: String

    package init(_ message: String) { self.message = message }

    package var description: String { message }

    /// Makes the error for a port that a server cannot listen on.
    /// - Parameters:
    ///   - server: the name of the server.
    ///   - choice: the option and the variable of `make demo` that choose another port.
    static func cannotListen(
        _ server: String, _ host: String, _ port: Int, choice: String, _ cause: any Error
    ) -> SandboxError {
        let code = (cause as? IOError)?.errnoCode
        let reason = code == EADDRINUSE ? "another process listens on this port" : code.map { String(cString: strerror($0)) }
        return SandboxError(
            "\(server) cannot listen on \(host):\(port): \(reason ?? "\(cause)"). Choose another port with \(choice).")
    }

    static func openSSL(_ call: String) -> SandboxError { SandboxError("OpenSSL refused \(call)") }
}
