package import Access

/// Signs what buttons carry and verifies what clicks bring back, with HMAC-SHA256 over length-prefixed fields.
package final class ActionSigner: Sendable {
    package enum Refusal: Error, Hashable, Sendable {
        /// A field is missing, too long or not of its form.
        case malformed
        /// Signed with a secret that is none of ours, or by another version.
        case unknownKey
        case badSignature
        /// Rightly signed, for another cluster.
        case wrongCluster
        /// Has only what the original plugin's buttons have, which is not accepted.
        case legacy
        /// Rightly signed, and out of date: carries the action so that a person can be told which.
        case expired(VerifiedAction)
    }

    /// Bytes; a longer field is refused before it is hashed.
    package static let fieldLimit = 256
    /// The shortest secret that is taken.
    package static let leastSecret = 16
    package static let version = "2"

    let signingKey: SigningKey
    /// The signing key first.
    let keys: [SigningKey]
    private let acceptsLegacy: Bool

    /// - Parameters:
    ///   - previous: secrets that are still believed and sign nothing.
    ///   - acceptsLegacy: whether the original plugin's buttons are believed, signed with any of the secrets.
    package init(
        secret: Secret<[UInt8]>, previous: [Secret<[UInt8]>] = [], acceptsLegacy: Bool = false
    ) throws(OpenSSLError) {
        signingKey = try SigningKey(secret)
        var keys = [signingKey]
        for secret in previous { keys.append(try SigningKey(secret)) }
        self.keys = keys
        self.acceptsLegacy = acceptsLegacy
    }

    /// Of the secret that signs.
    package var keyID: String { signingKey.id }

    /// The whole context of a button.
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

    /// `cluster`: the one that this plugin serves. Says `expired` and `wrongCluster` only of what was rightly signed.
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

    /// The original wrote no key id, so each secret is tried; which one matched does not show in the time.
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

    /// Nil when it is no signature.
    private func withSignature(
        of context: ActionContext, as form: Base64, _ body: (UnsafeRawBufferPointer) -> Bool
    ) -> Bool? {
        withUnsafeTemporaryAllocation(byteCount: HMACSHA256.length, alignment: 1) { bytes in
            guard form.decode(context.signature.utf8, into: bytes) == HMACSHA256.length else { return nil }
            return body(UnsafeRawBufferPointer(bytes))
        }
    }
}
