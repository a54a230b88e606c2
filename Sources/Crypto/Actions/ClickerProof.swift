package import Access

/// A `trigger_id`, taken apart: who clicked and when, by nobody's word yet.
///
/// Base64 of `CLIENT_ID:USER_ID:MILLIS:` and of the base64 of an ECDSA signature (DER) over that prefix, the last colon
/// included: Mattermost's `GenerateTriggerId` in model/integration_action.go.
package struct TriggerID: Sendable {
    /// Bytes; the server's own have some 250.
    package static let limit = 1024

    private let prefix: [UInt8]
    private let signature: [UInt8]
    private let userID: String
    private let signedAt: Timestamp

    /// Nil for anything but the one way of writing it.
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

    /// Nil when it was not signed with the key.
    package func proof(under key: ClickerKey) -> ClickerProof? {
        guard key.verifies(signature, over: prefix), let identity = try? Digest256(of: prefix) else { return nil }
        return ClickerProof(userID: userID, signedAt: signedAt, identity: identity)
    }

    /// Mattermost's ids are 26 of `[a-z0-9]`.
    private static func isID(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.count == 26 && bytes.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }
    }
}

/// That a user clicked, as Mattermost signed it. Only ``TriggerID/proof(under:)`` makes one.
package struct ClickerProof: Hashable, Sendable {
    package let userID: String
    /// By Mattermost's clock.
    package let signedAt: Timestamp
    /// The same for one click however its signature is written: an ECDSA signature has a twin that matches as well.
    package let identity: Digest256

    fileprivate init(userID: String, signedAt: Timestamp, identity: Digest256) {
        self.userID = userID
        self.signedAt = signedAt
        self.identity = identity
    }
}
