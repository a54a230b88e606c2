import Access
import ActionCrypto
import CallbackServer
import Logging
import Mattermost

/// Lets a click through when Mattermost's own signature proves who made it, just now, and not before.
struct ProofDesk: Sendable {
    /// How far Mattermost's clock and this one may be apart, the way of the callback included.
    static let window = Duration.seconds(120)

    let keys: ClickerKeys
    let seen: SeenProofs
    let logger: Logger
    let now: @Sendable () -> Timestamp

    /// A forgery is forbidden; a person who cannot be believed gets words; a click that comes again gets the answer of the first.
    func answer(_ click: VerifiedClick, _ decide: () async -> [UInt8]) async -> ClickReply {
        guard let trigger = TriggerID(click.triggerID.reveal()) else {
            return .forbidden(reason: "it has no proof of who clicked")
        }
        switch await keys.check(trigger) {
        case .forged: return .forbidden(reason: "the proof of who clicked does not match Mattermost's key")
        case .unknown: return refuse(click, ProofWords.unknown, "Mattermost's public key is not known")
        case .proven(let proof): return await answer(click, proof, decide)
        }
    }

    private func answer(_ click: VerifiedClick, _ proof: ClickerProof, _ decide: () async -> [UInt8]) async -> ClickReply {
        guard proof.userID == click.userID else {
            return .forbidden(reason: "the proof is of another user than the one it names")
        }
        let age = now().since(proof.signedAt)
        guard age <= Self.window, age >= .zero - Self.window else {
            return refuse(click, ProofWords.late, "its proof is \(age.components.seconds) s old by this clock")
        }
        guard let identity = Self.identity(of: click) else {
            return refuse(click, ProofWords.unknown, "OpenSSL has no SHA-256")
        }
        switch seen.enter(proof, of: identity) {
        case .first(let answer):
            let json = await decide()
            answer.give(json)
            return .answer(json)
        case .repeated(let answer): return .answer(await answer.value() ?? words(ProofWords.answered))
        case .forgotten: return .answer(words(ProofWords.answered))
        case .stolen: return .forbidden(reason: "its proof was used for another click before")
        case .full: return refuse(click, ProofWords.full, "too many clicks within the last minutes to tell repeated ones")
        }
    }

    /// Which button of which post.
    private static func identity(of click: VerifiedClick) -> Digest256? {
        let text = "\(click.action.requestID) \(click.action.decision.rawValue) \(click.channelID) \(click.postID)"
        return try? Digest256(of: text.utf8)
    }

    private func refuse(_ click: VerifiedClick, _ text: String, _ reason: String) -> ClickReply {
        let post = PostReference(channelID: click.channelID, postID: click.postID)
        logger.warning(
            "Refused a click: \(reason)",
            metadata: .request(
                click.action.requestID, post, ["user_id": "\(click.userID)", "remote": "\(click.remoteAddress)"]))
        return .answer(words(text))
    }

    private func words(_ text: String) -> [UInt8] { clickAnswer(update: nil, ephemeral: text) }
}

/// What people are told whose click is not believed.
enum ProofWords {
    static let unknown =
        "Mattermost could not prove just now that it was you who clicked, so nothing was decided. Please try again in a moment."
    static let late =
        "Nothing was decided: this click took more than two minutes to arrive, or the clocks of Mattermost and of this plugin are "
        + "that far apart. Please click again; if that does not help, tell an administrator."
    static let answered = "This click was answered before. The post shows what became of it."
    static let full = "There were too many clicks within the last minutes, so nothing was decided. Please try again later."
}
