import Access
import ActionCrypto
import Testing

@Suite("Signed buttons") struct ActionSignerTests {
    static let secret = Secret(Array("0123456789abcdef0123456789abcdef".utf8))
    static let cluster = "sandbox.example"
    static let issued = Timestamp(milliseconds: 1_700_000_000_000)
    static let expires = Timestamp(milliseconds: 1_700_003_600_000)
    let signer: ActionSigner
    let context: ActionContext

    init() throws {
        signer = try ActionSigner(secret: Self.secret)
        context = try signer.sign(
            .approve, requestID: #require(RequestID("9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d")), cluster: Self.cluster,
            channelID: "channel0000000000000000000", recipient: "alice@example.com", issued: Self.issued,
            expires: Self.expires)
    }

    private func verify(_ context: ActionContext, at now: Timestamp = issued) -> Result<VerifiedAction, ActionSigner.Refusal> {
        signer.verify(context, cluster: Self.cluster, at: now)
    }

    /// The expected signature was computed with Python's `hmac`, as HMAC-SHA256 over `struct.pack(">I", len(x)) + x` of the
    /// nine fields in the order version, key id, cluster, request, action, channel, recipient, issued, expires.
    @Test("The signature is the one that Python computes")
    func vector() {
        #expect(context.keyID == "86eafe90")
        #expect(context.signature == "iswaj0mprQt9M1UYLIPvpeQGFMOufFdVFXI9o6h_WN4")
    }

    @Test("What was signed comes back as it was")
    func roundTrip() throws {
        let action = try verify(#require(ActionContext(context.fields))).get()
        #expect(action.requestID.rawValue == "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d")
        #expect(action.decision == .approve)
        let binding = try #require(action.binding)
        #expect(binding.cluster == Self.cluster)
        #expect(binding.channelID == "channel0000000000000000000")
        #expect(binding.recipient == "alice@example.com")
        #expect(binding.issued == Self.issued)
        #expect(binding.expires == Self.expires)
    }

    @Test("A button's context has exactly these names")
    func names() {
        #expect(
            context.fields.keys.sorted()
                == ["action", "channel", "cluster", "exp", "iat", "kid", "recipient", "req_id", "signature", "v"])
    }

    @Test("Any bit of any field changed is refused", arguments: ActionContext.Key.allCases)
    func mutation(key: ActionContext.Key) {
        let original = Array(context[keyPath: key.field].unicodeScalars)
        for position in original.indices {
            for bit in 0..<8 {
                var changed = original
                changed[position] = Unicode.Scalar(UInt8(changed[position].value) ^ (1 << UInt8(bit)))
                var forged = context
                forged[keyPath: key.field] = String(String.UnicodeScalarView(changed))
                #expect(throws: ActionSigner.Refusal.self) { try verify(forged).get() }
            }
        }
    }

    @Test("Bytes moved from one field to the next are refused, though their sum is the same")
    func shifted() {
        var forged = context
        forged.channelID += String(forged.recipient.removeFirst())
        #expect(verify(forged) == .failure(.badSignature))
    }

    @Test("A denial cannot be made of an approval")
    func otherDecision() {
        var forged = context
        forged.action = "deny"
        #expect(verify(forged) == .failure(.badSignature))
    }

    @Test("An expired button is refused with its action; the time of expiry itself is too late")
    func expired() throws {
        let action = try verify(context).get()
        #expect(verify(context, at: Self.expires) == .failure(.expired(action)))
        #expect(verify(context, at: Timestamp(milliseconds: Self.expires.milliseconds - 1)) == .success(action))
    }

    @Test("A forged button is never said to be expired")
    func forgedAndExpired() {
        var forged = context
        forged.recipient = "mallory@example.com"
        #expect(verify(forged, at: Self.expires) == .failure(.badSignature))
    }

    @Test("A button of another cluster is refused, whoever else has the secret")
    func wrongCluster() {
        #expect(signer.verify(context, cluster: "other.example", at: Self.issued) == .failure(.wrongCluster))
    }

    @Test("A button of another secret is told apart by its key id, and one with a borrowed key id by its signature")
    func otherSecret() throws {
        let other = try ActionSigner(secret: Secret(Array("another secret of some length".utf8)))
        #expect(other.verify(context, cluster: Self.cluster, at: Self.issued) == .failure(.unknownKey))
        var borrowed = context
        borrowed.keyID = other.keyID
        #expect(other.verify(borrowed, cluster: Self.cluster, at: Self.issued) == .failure(.badSignature))
        #expect(other.keyID != signer.keyID)
    }

    @Test("Empty and overlong fields are malformed", arguments: ActionContext.Key.allCases)
    func limits(key: ActionContext.Key) {
        var forged = context
        forged[keyPath: key.field] = ""
        #expect(verify(forged) == .failure(.malformed))
        forged[keyPath: key.field] = String(repeating: "a", count: 257)
        #expect(verify(forged) == .failure(.malformed))
        var fields = context.fields
        fields[key.rawValue] = nil
        #expect(ActionContext(fields) == nil)
    }

    @Test("Nothing too long is signed")
    func signLimits() throws {
        #expect(throws: OpenSSLError.self) {
            try signer.sign(
                .deny, requestID: #require(RequestID("a")), cluster: Self.cluster, channelID: "c",
                recipient: String(repeating: "r", count: 257), issued: Self.issued, expires: Self.expires)
        }
    }

    @Test("A short secret is refused by its length, without showing it")
    func shortSecret() {
        let error = #expect(throws: OpenSSLError.self) { try ActionSigner(secret: Secret(Array("tiny-hush".utf8))) }
        #expect(error?.description == "the signing secret must have at least 16 bytes")
    }

    @Test("Many threads may sign and verify with one signer")
    func threads() async {
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    (0..<200).allSatisfy { _ in (try? verify(context).get()) != nil }
                }
            }
            for await right in group { #expect(right) }
        }
    }
}
