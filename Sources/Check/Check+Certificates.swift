import Access
import ActionCrypto
import CallbackServer
import Logging
import Mattermost
import Settings
import Watcher

/// Checks the certificates' files without connecting to a server.
extension Check {
    /// Checks Teleport's credentials and returns the roles in the certificate; nil if the credentials cannot be used.
    func checkCredentials(_ settings: Settings) -> [String]? {
        let name = "Teleport credentials"
        do {
            let credentials = try TeleportCredentials.load(settings.teleport)
            _ = try credentials.makeContext()
            let info = try CertificateInfo(pem: credentials.identity.certificateChain)
            let roles = info.organizations.isEmpty ? "" : ", role \(info.organizations.joined(separator: ", "))"
            report.add(.ok(name, "user \(info.subject ?? "without a name")\(roles), \(Self.validity(info))"))
            return info.organizations
        } catch {
            report.add(.failed(name, error, otherwise: "Issue the credentials again with tctl auth sign."))
            return nil
        }
    }

    /// Checks the certificate that the listener serves and returns it; nil if it cannot be used, and for plain HTTP.
    func checkListener(_ settings: Settings) -> ListenerCertificate? {
        let name = "HTTPS certificate"
        guard let host = settings.http.publicURL?.host else {
            report.add(.skipped(name, "posts have no buttons, so Mattermost calls nothing"))
            return nil
        }
        guard !options.isPlainHTTP else {
            report.add(.skipped(name, "plain HTTP behind a proxy, as --insecure-no-tls says"))
            return nil
        }
        do {
            guard settings.http.tls != nil || ListenerIdentity.hasSelfSigned else { return try selfSigned(name, host) }
            let identity = try ListenerIdentity.load(settings.http, logger: .silent)
            let info = try identity.check(at: .now, name: "https_cert_file")
            if info.covers(host) {
                let kind = settings.http.tls == nil ? "the self-signed one, which Mattermost must be told to trust, " : ""
                report.add(.ok(name, "\(kind)is for \(info.namesInWords), \(Self.validity(info))"))
            } else {
                report.add(
                    .failed(
                        name, "is for \(info.namesInWords), and not for \(host), the host of public_addr",
                        mend: "Make a certificate for \(host), or set public_addr to a name that the certificate has."))
            }
            return try ListenerCertificate(identity)
        } catch {
            report.add(
                .failed(name, error, otherwise: "Set https_key_file and https_cert_file in [http] to a pair made together."))
            return nil
        }
    }

    /// Makes a self-signed certificate that is used only during the check, because `start` has not made a lasting one yet.
    private func selfSigned(_ name: String, _ host: String) throws -> ListenerCertificate {
        report.add(
            .failed(
                name, "https_key_file and https_cert_file are not set: a self-signed one will be made, which nobody trusts",
                mend: "Set both in [http], or start once and have Mattermost trust "
                    + "\(ListenerIdentity.folder)/self-signed.crt."))
        return try ListenerCertificate(SelfSigned.identity(names: [host, "localhost"]))
    }

    private static func validity(_ info: CertificateInfo) -> String {
        "good until \(info.notAfter.minuteInUTC), another \(info.notAfter.since(.now).inWords)"
    }
}
