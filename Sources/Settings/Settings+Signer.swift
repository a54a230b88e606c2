package import ActionCrypto
internal import Base

extension Settings {
    /// Makes the signer of buttons, which also verifies clicks.
    package func signer() throws(OpenSSLError) -> ActionSigner {
        try ActionSigner(
            secret: mattermost.secret ?? Self.unknownSecret(), previous: mattermost.previousSecrets,
            acceptsLegacy: mattermost.acceptsLegacySignatures)
    }

    /// Returns a random secret for a plugin without buttons. No signature is valid under it, because nobody knows it.
    private static func unknownSecret() -> Secret<[UInt8]> {
        Secret((0..<32).map { _ in UInt8.random(in: .min ... .max) })
    }
}
