package import Access

/// The facts about the click that opened a dialog: the user, the post, and the decision to make. Mattermost keeps the signed
/// form of the ticket as the dialog's `state` and sends it back with the submission, so the plugin need not remember open
/// dialogs.
package struct DialogTicket: Sendable {
    package var requestID: RequestID
    package var decision: Decision
    package var userID: String
    package var channelID: String
    package var postID: String
    package var cluster: String
    package var issued: Timestamp
    /// The click's `trigger_id`; nil if no proof is required. Its proof is checked again with the submission, so that the
    /// signing secret alone is not enough to forge a ticket.
    package var trigger: Secret<String>?

    package init(
        requestID: RequestID, decision: Decision, userID: String, channelID: String, postID: String, cluster: String,
        issued: Timestamp, trigger: Secret<String>?
    ) {
        self.requestID = requestID
        self.decision = decision
        self.userID = userID
        self.channelID = channelID
        self.postID = postID
        self.cluster = cluster
        self.issued = issued
        self.trigger = trigger
    }

    private static let version = "2"

    /// The bytes that are signed. Each field follows its length, a four-byte big-endian integer.
    var message: [UInt8] {
        let fields = [
            Self.version, requestID.rawValue, decision.rawValue, userID, channelID, postID, cluster,
            String(issued.milliseconds), trigger?.reveal() ?? "",
        ]
        return fields.reduce(into: []) { bytes, field in
            let count = UInt32(truncatingIfNeeded: field.utf8.count)
            for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: count >> shift)) }
            bytes += field.utf8
        }
    }

    init?(message: [UInt8]) {
        var fields: [String] = []
        var rest = message[...]
        while !rest.isEmpty {
            guard rest.count >= 4 else { return nil }
            let count = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            guard count <= rest.count, let field = String(validating: rest.prefix(count), as: UTF8.self) else { return nil }
            fields.append(field)
            rest = rest.dropFirst(count)
        }
        guard fields.count == 9, fields[0] == Self.version, let request = RequestID(fields[1]),
            let decision = Decision(rawValue: fields[2]), let issued = Int64(fields[7])
        else { return nil }
        self.init(
            requestID: request, decision: decision, userID: fields[3], channelID: fields[4], postID: fields[5],
            cluster: fields[6], issued: Timestamp(milliseconds: issued),
            trigger: fields[8].isEmpty ? nil : Secret(fields[8]))
    }
}

extension ActionSigner {
    /// The length of the longest `state` that is decoded, in bytes.
    package static let stateLimit = 2048
    /// The label that precedes the signed message. The message of a button begins with a length instead, so the signature of a
    /// button is never valid for a dialog's state.
    private static let dialogLabel = Array("teleport-mattermost dialog state".utf8)

    /// Signs the ticket. Returns `KEY_ID.TICKET.TAG`, with ticket and tag in base64url.
    package func seal(_ ticket: DialogTicket) throws(OpenSSLError) -> String {
        let message = ticket.message
        let tag = try signingKey.hmac.authenticate(Self.dialogLabel + message)
        return "\(signingKey.id).\(Base64.url.encode(message)).\(Base64.url.encode(tag))"
    }

    /// Verifies and decodes a state. Nil unless it was signed with one of the secrets.
    package func open(_ state: String) -> DialogTicket? {
        let parts = state.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard state.utf8.count <= Self.stateLimit, parts.count == 3,
            let key = keys.first(where: { $0.id.utf8.elementsEqual(parts[0]) }),
            let message = Base64.url.decode(parts[1], limit: Self.stateLimit),
            let given = Base64.url.decode(parts[2], limit: HMACSHA256.length), given.count == HMACSHA256.length
        else { return nil }
        let isRight = given.withUnsafeBytes { given in
            (Self.dialogLabel + message).withUnsafeBytes { key.matches(given, $0) }
        }
        return isRight ? DialogTicket(message: message) : nil
    }
}
