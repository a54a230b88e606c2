import Access
import ActionCrypto

/// Signs the clicks of these tests, at a fixed time.
enum TestSigner {
    static let cluster = "sandbox.example"
    static let now = Timestamp(milliseconds: 1_800_000_000_000)
    static let requestID = RequestID("305dc2e2-6700-485c-a62a-74712b40900e")
    static let signer = Result { () throws(OpenSSLError) in
        try ActionSigner(secret: Secret(Array("a secret of the tests".utf8)))
    }

    struct NoRequestID: Error {}

    static func context(channel: String, expired: Bool) throws -> ActionContext {
        guard let requestID else { throw NoRequestID() }
        return try signer.get().sign(
            .approve, requestID: requestID, cluster: cluster, channelID: channel, recipient: channel,
            issued: now.advanced(by: .seconds(-60)), expires: now.advanced(by: .seconds(expired ? -1 : 60)))
    }
}
