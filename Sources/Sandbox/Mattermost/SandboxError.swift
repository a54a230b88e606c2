/// A failure of the sandbox itself. The errors that its servers answer are ``AppError`` and ``AuthRefusal``.
package struct SandboxError: Error, Sendable, CustomStringConvertible {
    package var message: String

    package init(_ message: String) { self.message = message }

    package var description: String { message }

    static func openSSL(_ call: String) -> SandboxError { SandboxError("OpenSSL refused \(call)") }
}
