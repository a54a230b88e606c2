import Access
import ActionCrypto
import Testing

@Suite("A new secret") struct SecretRotationTests {
    static let old = Secret(Array("the old secret of these tests".utf8))
    static let new = Secret(Array("the new secret of these tests".utf8))
    static let now = Timestamp(milliseconds: 1_700_000_000_000)

    static func context(of signer: ActionSigner, decision: Decision = .approve) throws -> ActionContext {
        try signer.sign(
            decision, requestID: #require(RequestID("9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d")), cluster: "sandbox.example",
            channelID: "channel0000000000000000000", recipient: "acme/access-requests", issued: now,
            expires: now.advanced(by: .seconds(3600)))
    }

    private func verify(_ context: ActionContext, _ signer: ActionSigner) -> Result<VerifiedAction, ActionSigner.Refusal> {
        signer.verify(context, cluster: "sandbox.example", at: Self.now)
    }

    @Test("Buttons signed with a previous secret go on working")
    func previous() throws {
        let context = try Self.context(of: ActionSigner(secret: Self.old))
        let signer = try ActionSigner(secret: Self.new, previous: [Self.old])
        #expect(try verify(context, signer).get().decision == .approve)
    }

    @Test("A previous secret signs nothing")
    func signsWithTheNew() throws {
        let signer = try ActionSigner(secret: Self.new, previous: [Self.old])
        let context = try Self.context(of: signer)
        #expect(try context.keyID == ActionSigner(secret: Self.new).keyID)
        #expect(try verify(context, ActionSigner(secret: Self.old)) == .failure(.unknownKey))
        #expect(try verify(context, ActionSigner(secret: Self.new)).get().decision == .approve)
    }

    @Test("Buttons signed with a secret that was taken out are refused")
    func rotatedOut() throws {
        let context = try Self.context(of: ActionSigner(secret: Self.old))
        let other = Secret(Array("a third secret of these tests".utf8))
        #expect(try verify(context, ActionSigner(secret: Self.new, previous: [other])) == .failure(.unknownKey))
    }

    @Test("The key id picks the key: a signature under another of our secrets is refused")
    func borrowedKeyID() throws {
        let signer = try ActionSigner(secret: Self.new, previous: [Self.old])
        for (mine, borrowed) in [(Self.old, Self.new), (Self.new, Self.old)] {
            var context = try Self.context(of: ActionSigner(secret: mine))
            context.keyID = try ActionSigner(secret: borrowed).keyID
            #expect(verify(context, signer) == .failure(.badSignature))
        }
    }

    @Test("A previous secret that is too short is refused")
    func short() {
        #expect(throws: OpenSSLError.self) {
            try ActionSigner(secret: Self.new, previous: [Secret(Array("short".utf8))])
        }
    }
}
