internal import Access
internal import ActionCrypto

extension Settings {
    /// What signs buttons and verifies clicks.
    func signer() throws(OpenSSLError) -> ActionSigner {
        try ActionSigner(
            secret: mattermost.secret ?? Self.unknownSecret(), previous: mattermost.previousSecrets,
            acceptsLegacy: mattermost.acceptsLegacySignatures)
    }

    /// Where there are no buttons: nobody can have signed anything with it.
    private static func unknownSecret() -> Secret<[UInt8]> {
        Secret((0..<32).map { _ in UInt8.random(in: .min ... .max) })
    }
}
