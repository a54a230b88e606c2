import Access
internal import Base

/// The largest number of `previous_secrets`. Each of them costs a signature check for every click that is not valid.
private let mostPreviousSecrets = 8

extension SettingsReader {
    /// Reads the secret that buttons are signed with.
    mutating func signingSecret(isRequired: Bool) -> Secret<[UInt8]>? {
        let mend = "Set it to a random value, such as `openssl rand -hex 32` prints, or to a file with one."
        return secret(.secret, isRequired: isRequired ? mend : nil, Self.checkSecret).map { Secret([UInt8]($0.utf8)) }
    }

    mutating func previousSecrets() -> [Secret<[UInt8]>] {
        let values = strings(.previousSecrets)
        if values.count > mostPreviousSecrets {
            report(
                .previousSecrets, "has \(values.count) entries; \(mostPreviousSecrets) are the most.",
                mend: "Remove the oldest.")
        }
        var secrets: [Secret<[UInt8]>] = []
        for (index, value) in values.enumerated() {
            do throws(SettingFault) {
                guard !value.isEmpty else { throw SettingFault("is empty.", mend: "Remove it.") }
                let secret = try Self.revealed(value) { (secret) throws(SettingFault) in
                    guard secret.utf8.count >= 16 else {
                        throw SettingFault("has \(secret.utf8.count) bytes; 16 are the least.", mend: "Remove it.")
                    }
                }
                secrets.append(Secret([UInt8](secret.utf8)))
            } catch {
                report(.previousSecrets, SettingFault("entry \(index + 1) \(error.words)", mend: error.mend))
            }
        }
        return secrets
    }

    private static func checkSecret(_ secret: String) throws(SettingFault) {
        let mend = "Set it to a random value, such as `openssl rand -hex 32` prints."
        guard secret.utf8.count >= 16 else {
            throw SettingFault("has \(secret.utf8.count) bytes; 16 are the least.", mend: mend)
        }
    }
}

extension Settings.Chat {
    /// Secrets that are printed in public documents: the example of the original plugin's guide, and the test vectors of
    /// `docs/security.md`.
    private static let published: Set<[UInt8]> = [
        Array("signing-secret-value".utf8), Array("0123456789abcdef0123456789abcdef".utf8),
        Array("a secret with ünïcode, longer than one block of SHA-256: 64 bytes".utf8),
    ]

    /// Settings that work but should be changed.
    var warnings: [Notice] {
        var warnings: [Notice] = []
        let danger = "whoever reaches the callback can forge a click."
        if let secret, Self.published.contains(secret.reveal()) {
            warnings.append(
                Notice(
                    "[mattermost] secret is the example of a published document, which everybody knows: \(danger)",
                    mend: "Set it to a random value, such as `openssl rand -hex 32` prints."))
        }
        for (index, previous) in previousSecrets.enumerated() {
            let entry = "[mattermost] previous_secrets: entry \(index + 1)"
            if Self.published.contains(previous.reveal()) {
                warnings.append(
                    Notice(
                        "\(entry) is the example of a published document, which everybody knows: \(danger)",
                        mend: "Remove it: the buttons of older posts are then refused."))
            } else if previous.reveal() == secret?.reveal() {
                warnings.append(Notice("\(entry) is the present secret.", mend: "Remove it, or give secret a new value."))
            } else if previousSecrets[..<index].contains(where: { $0.reveal() == previous.reveal() }) {
                warnings.append(Notice("\(entry) stands there twice.", mend: "Remove it."))
            }
        }
        if acceptsLegacySignatures {
            warnings.append(
                Notice(
                    """
                    [mattermost] accept_legacy_signatures is true: buttons of the original plugin work, whose signatures never \
                    end and name neither channel nor cluster.
                    """,
                    mend: "Set it to false once their requests are decided."))
        }
        return warnings
    }
}
