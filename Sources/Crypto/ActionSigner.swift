package import Access

/// A click whose signature matched. Only ``ActionSigner/verify(_:cluster:at:)`` makes one.
package struct VerifiedAction: Hashable, Sendable {
    package let requestID: RequestID
    package let decision: Decision
    package let cluster: String
    package let channelID: String
    package let recipient: String
    package let issued: Timestamp
    package let expires: Timestamp

    fileprivate init(
        requestID: RequestID, decision: Decision, context: ActionContext, issued: Timestamp, expires: Timestamp
    ) {
        self.requestID = requestID
        self.decision = decision
        cluster = context.cluster
        channelID = context.channelID
        recipient = context.recipient
        self.issued = issued
        self.expires = expires
    }
}

/// Signs what buttons carry and verifies what clicks bring back, with HMAC-SHA256 over length-prefixed fields.
package final class ActionSigner: Sendable {
    package enum Refusal: Error, Hashable, Sendable {
        /// A field is missing, too long or not of its form.
        case malformed
        /// Signed with another secret, or by another version.
        case unknownKey
        case badSignature
        /// Rightly signed, for another cluster.
        case wrongCluster
        /// Rightly signed, and out of date: carries the action so that a person can be told which.
        case expired(VerifiedAction)
    }

    /// Bytes; a longer field is refused before it is hashed.
    package static let fieldLimit = 256
    /// The shortest secret that is taken.
    package static let leastSecret = 16
    package static let version = "1"

    /// Names the secret and gives nothing of it away.
    package let keyID: String
    private let hmac: HMACSHA256

    package init(secret: Secret<[UInt8]>) throws(OpenSSLError) {
        guard secret.reveal().count >= Self.leastSecret else {
            throw OpenSSLError(.setup, "the signing secret must have at least \(Self.leastSecret) bytes")
        }
        hmac = try HMACSHA256(key: secret)
        // A tag of its own over a text that no signed message can be: those begin with a length.
        keyID = try hmac.authenticate(Array("teleport-mattermost key id".utf8)).prefix(4)
            .reduce(into: "") { $0 += Base16.text(of: $1) }
    }

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
        context.signature = Base64URL.encode(try hmac.authenticate(context.signedBytes))
        return context
    }

    /// `cluster`: the one that this plugin serves. Says `expired` and `wrongCluster` only of what was rightly signed.
    package func verify(
        _ context: ActionContext, cluster: String, at now: Timestamp
    ) -> Result<VerifiedAction, Refusal> {
        guard context.isWithinLimits else { return .failure(.malformed) }
        guard context.version == Self.version, context.keyID == keyID else { return .failure(.unknownKey) }
        guard let given = Base64URL.decode(context.signature, count: HMACSHA256.length) else { return .failure(.malformed) }
        guard let right = try? hmac.authenticate(context.signedBytes), constantTimeEqual(given, right) else {
            return .failure(.badSignature)
        }
        guard let requestID = RequestID(context.requestID), let decision = Decision(rawValue: context.action),
            let issued = Timestamp(canonical: context.issued), let expires = Timestamp(canonical: context.expires)
        else { return .failure(.malformed) }
        guard context.cluster == cluster else { return .failure(.wrongCluster) }
        let action = VerifiedAction(
            requestID: requestID, decision: decision, context: context, issued: issued, expires: expires)
        return now < expires ? .success(action) : .failure(.expired(action))
    }
}

extension ActionContext {
    /// Every signed field has 1 to ``ActionSigner/fieldLimit`` bytes.
    fileprivate var isWithinLimits: Bool {
        signedFields { fields in fields.allSatisfy { (1...ActionSigner.fieldLimit).contains($0.utf8.count) } }
            && signature.utf8.count <= ActionSigner.fieldLimit
    }

    /// A four-byte big-endian length before each field, so that no two contexts have the same bytes.
    fileprivate var signedBytes: [UInt8] {
        signedFields { fields in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(fields.reduce(0) { $0 + 4 + $1.utf8.count })
            for field in fields {
                let length = UInt32(truncatingIfNeeded: field.utf8.count)
                for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: length >> shift)) }
                bytes.append(contentsOf: field.utf8)
            }
            return bytes
        }
    }

    private func signedFields<Value>(_ body: ([String]) -> Value) -> Value {
        body([version, keyID, cluster, requestID, action, channelID, recipient, issued, expires])
    }
}

extension Timestamp {
    /// Decimal digits without sign or leading zeros, as ``ActionSigner`` writes them.
    fileprivate init?(canonical text: String) {
        guard let milliseconds = Int64(text), milliseconds >= 0, String(milliseconds) == text else { return nil }
        self.init(milliseconds: milliseconds)
    }
}
