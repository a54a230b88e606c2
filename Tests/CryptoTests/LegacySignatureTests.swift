import Access
import ActionCrypto
import Testing

/// The original plugin's signature is base64 of HMAC-SHA256 over `action/req_id`.
@Suite("Buttons of the original plugin") struct LegacySignatureTests {
    static let secret = Secret(Array("0123456789abcdef0123456789abcdef".utf8))
    /// The signature was computed with this command:
    /// `printf approve/9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d | openssl dgst -sha256 -hmac … -binary | base64`
    static let context = ActionContext(
        action: "approve", requestID: "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d",
        signature: "cvGOuBTDPq5rOUms5pqbSAfYFHLGK6/o5ETiFsgWQhY=")

    private func verify(
        _ context: ActionContext, secret: Secret<[UInt8]> = secret, previous: [Secret<[UInt8]>] = [], accept: Bool = true
    ) throws -> Result<VerifiedAction, ActionSigner.Refusal> {
        try ActionSigner(secret: secret, previous: previous, acceptsLegacy: accept)
            .verify(context, cluster: "sandbox.example", at: Timestamp(milliseconds: 1_700_000_000_000))
    }

    @Test("The original's signature counts only where it was switched on")
    func switchedOn() throws {
        #expect(try verify(Self.context, accept: false) == .failure(.legacy))
        let action = try verify(Self.context).get()
        #expect(action.requestID.rawValue == "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d")
        #expect(action.decision == .approve)
        #expect(action.binding == nil)
    }

    @Test("The original's signature counts under a previous secret too, and under no other")
    func secrets() throws {
        let other = Secret(Array("a secret of some other length".utf8))
        #expect(try verify(Self.context, secret: other, previous: [other, Self.secret]).get().decision == .approve)
        #expect(try verify(Self.context, secret: other) == .failure(.badSignature))
    }

    @Test("Any change to an original's button is refused")
    func altered() throws {
        for key in [ActionContext.Key.action, .requestID, .signature] {
            let original = Array(Self.context[keyPath: key.field].unicodeScalars)
            for position in original.indices {
                var changed = original
                changed[position] = Unicode.Scalar(UInt8(changed[position].value) ^ 1)
                var forged = Self.context
                forged[keyPath: key.field] = String(String.UnicodeScalarView(changed))
                #expect(throws: ActionSigner.Refusal.self) { try verify(forged).get() }
            }
        }
    }

    @Test("A button of today cannot be stripped down to an original's, nor an original's dressed up")
    func crossed() throws {
        let signer = try ActionSigner(secret: Self.secret, acceptsLegacy: true)
        var stripped = try SecretRotationTests.context(of: signer)
        stripped = ActionContext(action: stripped.action, requestID: stripped.requestID, signature: stripped.signature)
        #expect(try verify(stripped) == .failure(.malformed))
        stripped.signature += "="
        #expect(try [.failure(.badSignature), .failure(.malformed)].contains(verify(stripped)))
        var dressed = try SecretRotationTests.context(of: signer)
        dressed.signature = Self.context.signature
        #expect(try verify(dressed) == .failure(.malformed))
        for key in [ActionContext.Key.version, .keyID, .cluster, .channelID, .recipient, .issued, .expires] {
            var mixed = Self.context
            mixed[keyPath: key.field] = "2"
            #expect(try verify(mixed) == .failure(.malformed))
        }
    }
}
