/// What keeps the sandbox itself from working; never an answer of one of its servers.
package struct SandboxError: Error, Sendable, CustomStringConvertible {
    package var message: String

    package init(_ message: String) { self.message = message }

    package var description: String { message }

    static func openSSL(_ call: String) -> SandboxError { SandboxError("OpenSSL refused \(call)") }
}
