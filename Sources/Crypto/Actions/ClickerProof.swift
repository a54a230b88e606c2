package import Access

/// A parsed `trigger_id` of Mattermost, which names the user who clicked and the time of the click. It is not verified yet.
///
/// The text is base64 of `CLIENT_ID:USER_ID:MILLIS:SIGNATURE`. The signature is base64 of an ECDSA signature (DER) over
/// everything before it, including the last colon: see `GenerateTriggerId` in Mattermost's `model/integration_action.go`.
package struct TriggerID: Sendable {
    /// The length of the longest text that is parsed, in bytes. Mattermost's texts have about 250.
    package static let limit = 1024

    private let prefix: [UInt8]
    private let signature: [UInt8]
    private let userID: String
    private let signedAt: Timestamp

    /// Nil unless the text has exactly the documented form.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.limit, let bytes = Base64.standard.decode(text.utf8, limit: Self.limit),
            let last = bytes.lastIndex(of: UInt8(ascii: ":")),
            let signature = Base64.standard.decode(bytes[(last + 1)...], limit: 80), !signature.isEmpty
        else { return nil }
        let parts = bytes[..<last].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 3, Self.isID(parts[0]), Self.isID(parts[1]),
            let signedAt = Timestamp(canonical: String(decoding: parts[2], as: UTF8.self))
        else { return nil }
        self.signature = signature
        self.signedAt = signedAt
        prefix = Array(bytes[...last])
        userID = String(decoding: parts[1], as: UTF8.self)
    }

    /// Verifies the signature and returns the proof; nil when the signature was not made with this key.
    package func proof(under key: ClickerKey) -> ClickerProof? {
        guard key.verifies(signature, over: prefix), let identity = try? Digest256(of: prefix) else { return nil }
        return ClickerProof(userID: userID, signedAt: signedAt, identity: identity)
    }

    /// Whether the text is an id of Mattermost: 26 characters of `[a-z0-9]`.
    private static func isID(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.count == 26 && bytes.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }
    }
}

/// Mattermost's signed statement that a user clicked. Only ``TriggerID/proof(under:)`` makes one.
package struct ClickerProof: Hashable, Sendable {
    package let userID: String
    /// The time of the click by Mattermost's clock.
    package let signedAt: Timestamp
    /// Identifies the click, so that it cannot be used twice. It does not depend on the signature: every ECDSA signature has a
    /// second form that is valid too, so comparing whole texts would let a click count twice.
    package let identity: Digest256

    fileprivate init(userID: String, signedAt: Timestamp, identity: Digest256) {
        self.userID = userID
        self.signedAt = signedAt
        self.identity = identity
    }
}
