import Foundation

/// The parts of an identity file. Tests put them together in any order, and leave some of them out.
package struct IdentityText {
    package var key: String
    package var certificate: String
    package var authorities: [String]
    package var ssh = "ssh-rsa-cert-v01@openssh.com AAAAHHNzaC1yc2E="
    package var known = "@cert-authority *.\(Certificates.cluster) ssh-rsa AAAAB3Nza type=host"

    /// The file as `tctl auth sign --format=file` writes it.
    package var whole: String { ([key, ssh + "\n", certificate, known + "\n"] + authorities).joined() }

    package init(_ name: String = "auth") throws {
        let certificates = try Certificates.shared()
        key = String(decoding: try certificates.bytes("\(name).key"), as: UTF8.self)
        certificate = String(decoding: try certificates.bytes("\(name).crt"), as: UTF8.self)
        authorities = [String(decoding: try certificates.teleportCA, as: UTF8.self)]
    }
}

/// A temporary file that is removed together with this object.
package final class ScratchFile: Sendable {
    package let path: String

    package init(_ text: String) throws {
        path = FileManager.default.temporaryDirectory.appending(path: "scratch-\(UUID().uuidString)").path
        try write(text)
    }

    deinit { unlink(path) }

    package func write(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: path), options: .atomic) }
}

/// Makes keys in several encodings, each with a certificate of the cluster's CA.
package enum KeyForms {
    package static func make(_ form: String) throws -> (key: String, certificate: String) {
        let certificates = try Certificates.shared()
        // Each call has its own files, because tests run side by side.
        let name = "form-\(form)-\(UUID().uuidString)"
        let base = certificates.path(name)
        let generate =
            switch form {
            case "pkcs1": "openssl genrsa -traditional -out \(base).key 2048"
            case "pkcs8": "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out \(base).key"
            case "sec1": "openssl ecparam -name prime256v1 -genkey -noout -out \(base).key"
            default: "openssl genpkey -algorithm ED25519 -out \(base).key"
            }
        let sign = """
            set -e; \(generate) 2>/dev/null
            openssl req -new -key \(base).key -subj /O=access-plugin/CN=access-plugin-mattermost -out \(base).csr
            openssl x509 -req -in \(base).csr -CA \(certificates.path("teleport-ca.crt")) -CAkey \
            \(certificates.path("teleport-ca.key")) -set_serial 77 -days 2 -out \(base).crt 2>/dev/null
            """
        try Certificates.run("/bin/sh", ["-c", sign])
        return (
            String(decoding: try certificates.bytes("\(name).key"), as: UTF8.self),
            String(decoding: try certificates.bytes("\(name).crt"), as: UTF8.self)
        )
    }
}
