package import Access

/// Signs the context of buttons and verifies the context that clicks send back, by HMAC-SHA256 over length-prefixed fields. It
/// exists because a click proves by itself neither that its button is the plugin's nor what the button was made for. It may be
/// used from any thread.
package final class ActionSigner: Sendable {
    /// The reason why a context is not accepted.
    package enum Refusal: Error, Hashable, Sendable {
        /// A field is missing, too long or malformed.
        case malformed
        /// The key id does not belong to any of the configured secrets, or the version differs.
        case unknownKey
        case badSignature
        /// The signature is valid, but for another cluster.
        case wrongCluster
        /// The context has the form of the original plugin's buttons, which are not accepted.
        case legacy
        /// The signature is valid but has expired. The action is needed for the answer to the user.
        case expired(VerifiedAction)
    }

    /// The length of the longest field that is accepted, in bytes. A longer one is refused before anything is hashed.
    package static let fieldLimit = 256
    /// The length of the shortest secret that is accepted, in bytes.
    package static let minimumSecretLength = 16
    /// The version of the signed format.
    package static let version = "2"

    let signingKey: SigningKey
    /// All keys with which contexts are verified, the signing key first.
    let keys: [SigningKey]
    private let acceptsLegacy: Bool

    /// - Parameters:
    ///   - secret: signs and verifies. Its length has to be at least ``minimumSecretLength``.
    ///   - previous: older secrets, with which contexts are still verified but not signed.
    ///   - acceptsLegacy: whether buttons of the original plugin are accepted, signed with any of the secrets.
    package init(
        secret: Secret<[UInt8]>, previous: [Secret<[UInt8]>] = [], acceptsLegacy: Bool = false
    ) throws(OpenSSLError) {
        signingKey = try SigningKey(secret)
        var keys = [signingKey]
        for secret in previous { keys.append(try SigningKey(secret)) }
        self.keys = keys
        self.acceptsLegacy = acceptsLegacy
    }

    /// The id of the key that signs.
    package var keyID: String { signingKey.id }

    /// Makes the signed context of a button. It is valid until `expires`.
    package func sign(
        _ decision: Decision, requestID: RequestID, cluster: String, channelID: String, recipient: String,
        issued: Timestamp, expires: Timestamp
    ) throws(OpenSSLError) -> ActionContext {
        var context = ActionContext(
            version: Self.version, keyID: keyID, action: decision.rawValue, requestID: requestID.rawValue, cluster: cluster,
            channelID: channelID, recipient: recipient, issued: String(issued.milliseconds),
            expires: String(expires.milliseconds))
        guard context.isWithinLimits else {
            throw OpenSSLError(.setup, "a button's cluster, channel and recipient must have 1 to \(Self.fieldLimit) bytes")
        }
        context.signature = Base64.url.encode(try signingKey.hmac.authenticate(context.withMessage { Array($0) }))
        return context
    }

    /// Verifies the context of a click. The refusals `expired` and `wrongCluster` imply a valid signature.
    ///
    /// - Parameter cluster: the Teleport cluster that this plugin serves.
    package func verify(
        _ context: ActionContext, cluster: String, at now: Timestamp
    ) -> Result<VerifiedAction, Refusal> {
        if context.isLegacy { return verifyLegacy(context) }
        guard context.isWithinLimits else { return .failure(.malformed) }
        guard context.version == Self.version, let key = keys.first(where: { $0.id == context.keyID }) else {
            return .failure(.unknownKey)
        }
        let matches = withSignature(of: context, as: .url) { given in context.withMessage { key.matches(given, $0) } }
        guard let matches else { return .failure(.malformed) }
        guard matches else { return .failure(.badSignature) }
        guard let action = VerifiedAction(checked: context), let binding = action.binding else { return .failure(.malformed) }
        guard binding.cluster == cluster else { return .failure(.wrongCluster) }
        return now < binding.expires ? .success(action) : .failure(.expired(action))
    }

    /// Verifies a button of the original plugin. It has no key id, so every secret is tried. The time does not depend on which
    /// one matches.
    private func verifyLegacy(_ context: ActionContext) -> Result<VerifiedAction, Refusal> {
        guard acceptsLegacy else { return .failure(.legacy) }
        let matches = withSignature(of: context, as: .standard) { given in
            context.withLegacyMessage { message in keys.reduce(false) { $1.matches(given, message) || $0 } }
        }
        guard let matches else { return .failure(.malformed) }
        guard matches else { return .failure(.badSignature) }
        guard let action = VerifiedAction(checkedLegacy: context) else { return .failure(.malformed) }
        return .success(action)
    }

    /// Passes the decoded signature to `body`. Nil when the signature is not the base64 form of a tag.
    private func withSignature(
        of context: ActionContext, as form: Base64, _ body: (UnsafeRawBufferPointer) -> Bool
    ) -> Bool? {
        withUnsafeTemporaryAllocation(byteCount: HMACSHA256.length, alignment: 1) { bytes in
            guard form.decode(context.signature.utf8, into: bytes) == HMACSHA256.length else { return nil }
            return body(UnsafeRawBufferPointer(bytes))
        }
    }
}
