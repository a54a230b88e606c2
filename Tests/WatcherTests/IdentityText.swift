import Access
import ActionCrypto
import Foundation
import TestSupport

/// An identity file in its parts, to be put together in any order and with any of them left out.
struct IdentityText {
    var key: String
    var certificate: String
    var authorities: [String]
    var ssh = "ssh-rsa-cert-v01@openssh.com AAAAHHNzaC1yc2E="
    var known = "@cert-authority *.\(Certificates.cluster) ssh-rsa AAAAB3Nza type=host"

    /// As `tctl auth sign --format=file` writes it.
    var whole: String { ([key, ssh + "\n", certificate, known + "\n"] + authorities).joined() }

    init(_ name: String = "auth") throws {
        let certificates = try Certificates.shared()
        key = String(decoding: try certificates.bytes("\(name).key"), as: UTF8.self)
        certificate = String(decoding: try certificates.bytes("\(name).crt"), as: UTF8.self)
        authorities = [String(decoding: try certificates.teleportCA, as: UTF8.self)]
    }
}

/// A file in a folder of its own, gone with its owner.
final class ScratchFile: Sendable {
    let path: String

    init(_ text: String) throws {
        path = FileManager.default.temporaryDirectory.appending(path: "scratch-\(UUID().uuidString)").path
        try write(text)
    }

    deinit { unlink(path) }

    func write(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: path), options: .atomic) }
}
