import Access
import ActionCrypto
import Logging
import Sandbox
import Synchronization
import TriggerSigning

@testable import Clicks

/// A Mattermost server's signing key, and clicks that it proves at times that the test chooses.
final class ProofRig: Sendable {
    static let alice = "xc4bexnho78i3fe6d45jxozfbw"
    static let mallory = "wd8gkwmsxpfqmgqdnbgtkzkuao"
    static let channel = "dpygwdyjubydfne5nshbuea4ga"
    static let now = Timestamp(milliseconds: 1_800_000_000_000)

    let server: TriggerSigner
    let elapsed = Mutex(Duration.zero)
    /// The time since the start of the process.
    let age = Mutex(Duration.seconds(100_000))
    /// The number of times that the server was asked for its key.
    let questions = Mutex(0)
    let isAway = Mutex(false)
    let health = Health()
    private let signer: ActionSigner

    init() throws {
        server = try TriggerSigner()
        signer = try ActionSigner(secret: Secret(Array("a secret of the tests alone".utf8)))
    }

    var logger: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    func keys(clock: any Clock<Duration> = .continuous) -> ClickerKeys {
        ClickerKeys(
            server: "https://chat.example.com", health: health, logger: logger, elapsed: { self.elapsed.withLock { $0 } },
            clock: clock
        ) { () throws(MattermostError) in
            self.questions.withLock { $0 += 1 }
            if self.isAway.withLock({ $0 }) { throw MattermostError(.unreachable, "away") }
            return self.server.offersKey ? self.server.publicKey : nil
        }
    }

    /// Makes a verifier that has learnt the server's key, and runs it while `body` runs.
    func withVerifier(_ body: (ProofVerifier) async throws -> Void) async throws {
        let keys = keys()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await keys.run() }
            _ = await keys.check(try trigger())
            try await body(verifier(keys))
            group.cancelAll()
        }
    }

    func verifier(_ keys: ClickerKeys) -> ProofVerifier {
        ProofVerifier(
            keys: keys, seen: SeenProofs(elapsed: { self.elapsed.withLock { $0 } }), now: { ProofRig.now },
            elapsed: { self.age.withLock { $0 } })
    }

    func triggerText(
        of user: String = alice, id: String = "pfqpft3m9brjiq9aw846pwu8jc", age: Duration = .zero,
        by server: TriggerSigner? = nil
    ) throws -> String {
        let moment = Self.now.advanced(by: .zero - age).milliseconds
        return try (server ?? self.server).triggerID(clientID: id, userID: user, at: moment)
    }

    func trigger(id: String = "pfqpft3m9brjiq9aw846pwu8jc") throws -> TriggerID {
        guard let trigger = TriggerID(try triggerText(id: id)) else { throw MattermostError(.malformed, id) }
        return trigger
    }

    /// Returns a click whose context has a valid signature.
    func click(
        _ trigger: String, by user: String = alice, decision: Decision = .approve,
        on post: String = "qpo53xy6y3de3xmshwu7zrgxkw",
        of request: String = "305dc2e2-6700-485c-a62a-74712b40900e"
    ) throws -> VerifiedClick {
        guard let id = RequestID(request) else { throw MattermostError(.malformed, request) }
        let context = try signer.sign(
            decision, requestID: id, cluster: "sandbox.example", channelID: Self.channel, recipient: "acme/access-requests",
            issued: Self.now, expires: Self.now.advanced(by: .seconds(60)))
        return VerifiedClick(
            action: try signer.verify(context, cluster: "sandbox.example", at: Self.now).get(), userID: user, userName: "alice",
            channelID: Self.channel, postID: post, teamID: nil, triggerID: Secret(trigger), remoteAddress: "192.0.2.1")
    }
}
