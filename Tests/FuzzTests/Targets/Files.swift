import Access
import ActionCrypto
import Foundation
import Settings

/// Checks that a configuration is read, or refused with texts that name lines of it.
func fuzzSettings(_ input: UnsafeRawBufferPointer) {
    do throws(SettingsError) {
        let settings = try Settings.parse(Array(input), path: "f.toml")
        must(settings.mattermost.secret.map { $0.reveal().count >= ActionSigner.minimumSecretLength } ?? true, "a short secret")
        must(!settings.approvals.hasButtons || settings.mattermost.secret != nil, "buttons that nothing signs")
    } catch {
        must(!error.problems.isEmpty, "refused without a reason")
        let lines = input.reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
        for problem in error.problems {
            must(!problem.fault.words.isEmpty, "a problem without words")
            must(problem.line.map { (1...lines + 1).contains($0) } ?? true, "a line that is not there: \(problem)")
        }
    }
}

/// Checks that certificates and keys are read or refused. The input is PEM, or DER if it begins like DER.
func fuzzCertificates(_ input: UnsafeRawBufferPointer) {
    let pem = input.first == 0x30 ? wrapped(Array(input)) : Array(input)
    if let all = try? CertificateInfo.all(pem: pem) {
        must(!all.isEmpty, "no certificate is none")
        must((try? CertificateInfo(pem: pem)) == all.first, "the first is read differently")
        _ = try? TLSContext.client(identity: nil, alpn: [], trust: .certificates(pem))
    }
    let identity = TLSIdentity(certificateChain: pem, privateKey: Secret(pem))
    if (try? identity.check(at: Signed.now, name: "fuzz")) != nil {
        must((try? TLSContext.server(identity: identity, alpn: [])) != nil, "what was checked cannot be used")
    }
}

private func wrapped(_ der: [UInt8]) -> [UInt8] {
    var lines = ["-----BEGIN CERTIFICATE-----"]
    var rest = Base64.standard.encode(der)[...]
    while !rest.isEmpty {
        lines.append(String(rest.prefix(64)))
        rest = rest.dropFirst(64)
    }
    return Array((lines + ["-----END CERTIFICATE-----", ""]).joined(separator: "\n").utf8)
}
