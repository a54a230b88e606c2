internal import Access
package import ActionCrypto
package import Foundation
import Synchronization

/// Certificates made for this test process by `certs/generate.sh`, and the faulty ones that tests need.
package struct Certificates: Sendable {
    /// The folder with the files. It is removed when the process ends.
    package let folder: URL

    /// The cluster of `teleport-ca.crt`.
    package static let cluster = "sandbox.example"
    /// The name that Teleport's clients verify.
    package static let authServerName = "teleport.cluster.local"

    private static let made = Result { try Certificates(folder: makeFolder()) }

    /// Returns the certificates of this process, which are made by the first call.
    package static func shared() throws -> Certificates { try made.get() }

    /// Returns the identity of `NAME.crt` and `NAME.key` in the folder.
    package func identity(_ name: String) throws -> TLSIdentity {
        TLSIdentity(certificateChain: try bytes("\(name).crt"), privateKey: Secret(try bytes("\(name).key")))
    }

    package func bytes(_ file: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: folder.appending(path: file))) }

    package func path(_ file: String) -> String { folder.appending(path: file).path }

    /// The auth service's certificate, of the cluster's CA.
    package var teleportServer: TLSIdentity { get throws { try identity("teleport-server") } }
    /// The plugin's client certificate, as `tctl auth sign` writes it.
    package var client: TLSIdentity { get throws { try identity("auth") } }
    /// A client certificate of the same CA that expired yesterday.
    package var expiredClient: TLSIdentity { get throws { try identity("expired-client") } }
    /// A client certificate of another CA.
    package var foreignClient: TLSIdentity { get throws { try identity("foreign-client") } }
    /// A certificate of the auth service that expired yesterday.
    package var expiredServer: TLSIdentity { get throws { try identity("expired-server") } }
    /// A certificate of the cluster's CA for `elsewhere.example`.
    package var misnamedServer: TLSIdentity { get throws { try identity("misnamed-server") } }
    /// The certificate of the plugin's own listener, for localhost and 127.0.0.1.
    package var listener: TLSIdentity { get throws { try identity("server") } }
    /// The CA that a client of the auth service trusts. The auth service trusts it too, for its clients.
    package var teleportCA: [UInt8] { get throws { try bytes("auth.cas") } }
    package var foreignCA: [UInt8] { get throws { try bytes("foreign-ca.crt") } }
    package var listenerCA: [UInt8] { get throws { try bytes("callback-ca.crt") } }
}

extension Certificates {
    private static let support = URL(filePath: #filePath).deletingLastPathComponent()
    /// The script `certs/generate.sh`.
    package static let generator = support.deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "certs/generate.sh")
    private static let faults = support.appending(path: "faulty-certificates.sh")

    private static func makeFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "teleport-mattermost-\(UUID().uuidString)")
        for script in [generator, faults] { try run("/bin/sh", [script.path, folder.path]) }
        removal.withLock { $0 = folder }
        atexit { removal.withLock { if let folder = $0 { try? FileManager.default.removeItem(at: folder) } } }
        return folder
    }

    /// Runs a program to its end and returns its output. Throws an error with the output when the program fails.
    @discardableResult
    package static func run(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, output)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let printed = String(decoding: output.fileHandleForReading.allBytes(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw ProgramFailed(program: program, arguments: arguments, output: printed)
        }
        return printed
    }

    package struct ProgramFailed: Error {
        package var program: String
        package var arguments: [String]
        package var output: String
    }
}

private let removal = Mutex<URL?>(nil)
