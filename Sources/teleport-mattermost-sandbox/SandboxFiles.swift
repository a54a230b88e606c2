import Access
import ActionCrypto
import FoundationEssentials
import Sandbox

/// The files in the directory of the certificates.
struct SandboxFiles: Sendable {
    var directory: URL

    init(certs: String) { directory = URL(filePath: certs).absoluteURL }

    func path(_ name: String) -> String { directory.appending(path: name).path }

    func bytes(_ name: String) throws -> [UInt8] {
        do {
            return [UInt8](try Data(contentsOf: directory.appending(path: name)))
        } catch {
            throw SandboxError("\(path(name)) cannot be read: make the certificates with certs/generate.sh \(directory.path)")
        }
    }

    func identity(_ name: String) throws -> TLSIdentity {
        TLSIdentity(certificateChain: try bytes("\(name).crt"), privateKey: Secret(try bytes("\(name).key")))
    }

    /// Returns a TLS context that trusts the CA of the plugin's listener and no other.
    func callbackTLS() throws -> TLSContext {
        try TLSContext.client(identity: nil, alpn: [], trust: .certificates(try bytes("callback-ca.crt")))
    }

    func tokenPath(_ file: String?) -> String { file.map { URL(filePath: $0).absoluteURL.path } ?? path("mattermost-token") }

    /// Returns the token in the file. Makes a new token and writes the file when it holds none.
    func token(at file: String?) throws -> String {
        let url = URL(filePath: tokenPath(file))
        if let data = try? Data(contentsOf: url) {
            let token = String(decoding: data, as: UTF8.self).filter { !$0.isWhitespace }
            if !token.isEmpty { return token }
        }
        let token = Identifier.make()
        try Self.writePrivately(token + "\n", to: url)
        return token
    }

    /// Writes a file atomically, readable by its owner alone.
    static func writePrivately(_ text: String, to url: URL) throws {
        do {
            try Data(text.utf8).write(to: url, options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: url.path)
        } catch {
            throw SandboxError("\(url.path) cannot be written: give a file in a directory that exists and is yours")
        }
    }
}
