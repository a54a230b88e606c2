import Access
import Base
import Glibc

/// An identity file, or one of the three files that `tctl auth sign --format=tls` writes.
struct CredentialFile: Sendable {
    /// The largest size of a file in bytes. It is more than any bundle of certificates has, and stops reading from paths such
    /// as `/dev/zero`.
    static let limit = 1024 * 1024

    /// The setting that names the file, e.g. `client_crt`.
    let setting: String
    let path: String
    /// The plugin's Teleport user, from its certificate; nil if that could not be read.
    var user: String?

    private var isIdentity: Bool { setting == "identity" }

    /// The advice for a file that has to be made again.
    var renew: String { "issue \(what) again with \(command)\(isIdentity ? ", or see why tbot does not" : "")" }

    private var what: String { isIdentity ? "it" : "the files" }

    /// The command that makes the files. If the user is not known, it names the user of Teleport's guides, which differs
    /// between the three files and an identity file.
    private var command: String {
        isIdentity
            ? "tctl auth sign --user=\((user ?? "access-plugin").shellWord) --out=identity"
            : "tctl auth sign --format=tls --user=\((user ?? "access-plugin-mattermost").shellWord) --out=auth"
    }

    /// Reads the whole file, which must hold a PEM block (RFC 7468) whose label ends with `label`, e.g. `CERTIFICATE`.
    func read(label: String) throws(TeleportError) -> [UInt8] {
        let bytes = try read()
        let hasBlock = bytes.split(separator: UInt8(ascii: "\n")).contains { line in
            let text = String(decoding: line.prefix(80), as: UTF8.self)
            return text.hasPrefix("-----BEGIN ") && text.contains("\(label)-----")
        }
        guard hasBlock else { throw error("holds no PEM block \"\(label)\"") }
        return bytes
    }

    /// Reads the whole file.
    func read() throws(TeleportError) -> [UInt8] {
        guard !path.isEmpty else { throw error("is not set", mend: "name the file; \(renew)") }
        do {
            return try BoundedFile.read(path, limit: Self.limit, allowsAnyKind: true)
        } catch {
            throw readError(error)
        }
    }

    /// - Parameters:
    ///   - problem: the end of a sentence that begins with the setting and the path.
    ///   - mend: the advice; by default, to issue the file again.
    func error(_ problem: String, mend: String? = nil) -> TeleportError {
        TeleportError(.misconfigured, "\(setting) \"\(path)\" \(problem)", mend: mend ?? renew, reason: .credentials)
    }

    /// - Parameter folder: the folder that keeps this user from the file; nil if the file's own mode does.
    func denied(by folder: ClosedFolder?) -> TeleportError {
        guard let folder else { return error("cannot be opened: permission denied", mend: "let the plugin's user read it") }
        return error("cannot be opened, for \(folder.problem)", mend: "let it pass with \(folder.mend)")
    }

    private func readError(_ failure: BoundedFile.Failure) -> TeleportError {
        switch failure {
        case .notOpened(ENOENT), .notOpened(ENOTDIR):
            error("does not exist", mend: "set [teleport] \(setting) to where the file is, or issue \(what) with \(command)")
        case .notOpened(EACCES), .notOpened(EPERM): denied(by: .first(onWayTo: path))
        case .notOpened(let code): error("cannot be opened: \(systemReason(code))", mend: "name a readable file")
        case .notRead(let code): error("cannot be read: \(systemReason(code))", mend: "name a readable file")
        case .isDirectory, .isNotPlain: error("is not a plain file", mend: "name a PEM file")
        case .tooLarge: error("is larger than 1 MiB", mend: "name a PEM file")
        }
    }
}
