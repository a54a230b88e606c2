package import Access
import ActionCrypto
import Logging

/// Lets a click through only if Mattermost's own signature proves who made it, if it was made just now, and if it was not used
/// before.
///
/// ```
/// click ──→ proof in the trigger id ──→ same user? ──→ recent? ──→ SeenProofs ──→ decide
///               └─ forged: no answer      └─ forged      └─ refused    └─ repeated: the first click's answer
/// ```
package struct ProofVerifier: Sendable {
    /// The largest difference that is allowed between Mattermost's clock and this one, including the time that the callback
    /// takes.
    package static let window = Duration.seconds(120)
    /// The uncertainty of this process's start by Mattermost's clock. The header `Date` has whole seconds only.
    static let precision = Duration.seconds(2)

    package let keys: ClickerKeys
    package let seen: SeenProofs
    let now: @Sendable () -> Timestamp
    /// Returns the time since the process began. A proof that is older may have been used with the previous process.
    let elapsed: @Sendable () -> Duration
    let underway = DecisionsInFlight()

    package init(
        keys: ClickerKeys, seen: SeenProofs, now: @escaping @Sendable () -> Timestamp,
        elapsed: @escaping @Sendable () -> Duration
    ) {
        (self.keys, self.seen, self.now, self.elapsed) = (keys, seen, now, elapsed)
    }

    /// Decides on a click whose proof holds. A forgery gets no answer, a person whose click cannot be verified gets a text, and
    /// a click that is repeated gets the answer of the first one.
    func answer(_ click: VerifiedClick, _ decide: () async -> ClickAnswer) async -> ClickReply<ClickAnswer> {
        guard let trigger = TriggerID(click.triggerID.reveal()) else { return forged(click, "it has no proof of who clicked") }
        switch await keys.check(trigger) {
        case .forged: return forged(click, "the proof of who clicked does not match Mattermost's key")
        case .unknown: return refuse(click, ProofWords.unknown, "Mattermost's public key is not known")
        case .proven(let proof): return await answer(click, proof, decide)
        }
    }

    private func answer(
        _ click: VerifiedClick, _ proof: ClickerProof, _ decide: () async -> ClickAnswer
    ) async -> ClickReply<ClickAnswer> {
        guard proof.userID == click.userID else {
            return forged(click, "the proof is of another user, \(proof.userID)")
        }
        let age = now().since(proof.signedAt)
        guard age <= Self.window, age >= .zero - Self.window else {
            return refuse(click, ProofWords.late, "its proof is \(age.components.seconds) s old by this clock")
        }
        guard age <= elapsed() + Self.precision else {
            return refuse(
                click, ProofWords.beforeStart, "its proof is older than this process, which cannot know whether it was used")
        }
        guard let identity = Self.identity(click.action.requestID, click.action.decision, click.channelID, click.postID) else {
            return refuse(click, ProofWords.unknown, "OpenSSL has no SHA-256")
        }
        switch seen.enter(proof, of: identity) {
        case .first(let answer):
            let decided = await underway.run(for: proof.userID, decide) ?? ClickAnswer(ProofWords.tooMany)
            answer.give(decided)
            return .answer(decided)
        case .repeated(let answer): return .answer(await answer.value() ?? ClickAnswer(ProofWords.answered))
        case .forgotten: return .answer(ClickAnswer(ProofWords.answered))
        case .stolen: return forged(click, "its proof was used for another click before")
        case .full: return refuse(click, ProofWords.full, "too many clicks of this person or of all within the last minutes")
        }
    }

    /// Identifies a button: a decision on a request, on one post.
    static func identity(_ id: RequestID, _ decision: Decision, _ channelID: String, _ postID: String) -> Digest256? {
        try? Digest256(of: "\(id) \(decision.rawValue) \(channelID) \(postID)".utf8)
    }

    private func forged(_ click: VerifiedClick, _ reason: String) -> ClickReply<ClickAnswer> {
        .refused(words: nil, reason: reason, metadata(of: click))
    }

    private func refuse(_ click: VerifiedClick, _ text: String, _ reason: String) -> ClickReply<ClickAnswer> {
        .refused(words: ClickAnswer(text), reason: reason, metadata(of: click))
    }

    /// Returns the metadata for the log. The user id that the callback names is only a claim here.
    private func metadata(of click: VerifiedClick) -> Logger.Metadata {
        metadata(
            click.action.requestID, PostReference(channelID: click.channelID, postID: click.postID), click.userID,
            click.action.decision)
    }

    func metadata(_ id: RequestID, _ post: PostReference, _ userID: String, _ decision: Decision) -> Logger.Metadata {
        .request(id, post, ["claimed_user_id": "\(userID)", "decision": "\(decision)", "proof": "none"])
    }

}

/// The answers to clicks whose proof does not hold.
enum ProofWords {
    static let unknown =
        "Mattermost could not prove just now that it was you who clicked, so nothing was decided. Please try again in a moment."
    static let late =
        "Nothing was decided: this click took more than two minutes to arrive, or the clocks of Mattermost and of this plugin are "
        + "that far apart. Please click again; if that does not help, tell an administrator."
    static let beforeStart = "This plugin was started anew after this click, so nothing was decided. Please click again."
    static let tooMany =
        "Several of your clicks are being decided just now, so this one was not. Please click again in a moment."
    static let answered = "This click was answered before. The post shows what became of it."
    static let full = "There were too many clicks within the last minutes, so nothing was decided. Please try again later."
}
