import Access
import Glibc

/// An identity file, or one of the three files that `tctl auth sign --format=tls` writes.
struct CredentialFile: Sendable {
    /// Larger than any bundle of certificates; a path such as /dev/zero must not be read to its end.
    static let limit = 1024 * 1024

    /// The key in the configuration file, e.g. `client_crt`.
    let setting: String
    let path: String

    var renew: String {
        setting == "identity"
            ? "issue it again with tctl auth sign --user=access-plugin-mattermost --out=identity, or see why tbot does not"
            : "issue the files again with tctl auth sign --format=tls --user=access-plugin-mattermost --out=auth"
    }

    /// The whole file, which must have a PEM block whose label ends with `label`, as `CERTIFICATE` (RFC 7468).
    func read(label: String) throws(TeleportError) -> [UInt8] {
        let bytes = try read()
        let hasBlock = bytes.split(separator: UInt8(ascii: "\n")).contains { line in
            let text = String(decoding: line.prefix(80), as: UTF8.self)
            return text.hasPrefix("-----BEGIN ") && text.contains("\(label)-----")
        }
        guard hasBlock else { throw error("holds no PEM block \"\(label)\"") }
        return bytes
    }

    func read() throws(TeleportError) -> [UInt8] {
        guard !path.isEmpty else { throw error("is not set", mend: "name the file; \(renew)") }
        // Not blocking: opening a named pipe must not wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw openError(errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw error("cannot be read: \(systemReason(errno))", mend: "name a readable file") }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= Self.limit else { throw error("is larger than 1 MiB", mend: "name a PEM file") }
        }
    }

    /// - Parameter mend: what to do about it; by default to issue it again.
    func error(_ problem: String, mend: String? = nil) -> TeleportError {
        TeleportError(.misconfigured, "\(setting) \"\(path)\" \(problem): \(mend ?? renew)")
    }

    private func openError(_ code: CInt) -> TeleportError {
        switch code {
        case ENOENT: error("does not exist")
        case EACCES, EPERM: error("cannot be opened: permission denied", mend: "let the plugin's user read it")
        default: error("cannot be opened: \(systemReason(code))", mend: "name a readable file")
        }
    }
}
