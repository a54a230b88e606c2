import Access
import ActionCrypto
import CallbackServer
import Clicks
import Logging
import Mattermost
import Posts
import Settings

/// Posts a test button and waits until a person presses it, which proves the path of a click from Mattermost to the plugin.
struct ClickCheck: Sendable {
    enum Outcome: Sendable {
        case pressed(userID: String, isProven: Bool)
        /// A click came without a valid proof by Mattermost. The text gives the reason, as the continuation of a sentence.
        case unproven(String)
    }

    static let name = "click"
    static let byHand = "Remove the post with the test button by hand."
    private static let mend =
        "Look into Mattermost's log for \"Action integration error\". Typical causes: AllowedUntrustedInternalConnections does "
        + "not list the host of public_addr; Mattermost does not trust the certificate; a firewall stands between the two; "
        + "[http] allowed_sources does not name Mattermost's address; another replica runs and took the click."

    let settings: Settings
    let options: CheckOptions
    let report: CheckReport
    let checker: ChatCheck
    /// The results of earlier steps; nil if Mattermost does not know the bot.
    let facts: ChatCheck.Facts?
    let signer: ActionSigner
    let cluster: String
    let testPost: TestPost
    /// The request id in the test button. It is random, so Teleport has no request of that id.
    let requestID: RequestID
    private let outcome = Once<Outcome>()

    private var chat: MattermostClient { checker.chat }
    private var now: Timestamp { Timestamp.now.advanced(by: chat.clockDifference) }

    func run() async {
        guard let facts else { return report.add(.skipped(Self.name, "Mattermost does not know the bot")) }
        do {
            guard let place = try await place(facts) else {
                return report.add(.skipped(Self.name, "no recipient was found to post the button to; name one with --channel"))
            }
            // A bot outside the channel could not remove its own post.
            guard try await checker.isMember(facts.bot, of: place.channelID) else {
                let mend = ChatCheck.invitation(facts.bot)
                return report.add(.failed(Self.name, "the bot is not in \(place.recipient), so nothing was posted", mend: mend))
            }
            let (post, card) = try await post(to: place, facts)
            await checkEditing(post, card)
            report.ask(
                "Press \"It works\" in the post to \(place.recipient), within \(options.clickLimit.components.seconds) s. "
                    + "Ctrl-C ends.")
            let start = ContinuousClock.now
            let outcome = await outcome.value(within: options.clickLimit, .continuous)
            let time = ContinuousClock.now - start
            await removePost()
            await tell(outcome, after: time)
        } catch {
            report.add(.failed(Self.name, error, otherwise: "Check that the bot may post in the channel."))
        }
    }

    /// Chooses the recipient to post the button to: the one that was asked for, else the first channel among the recipients,
    /// else the first person.
    private func place(_ facts: ChatCheck.Facts) async throws -> RecipientPlace? {
        if let recipient = options.clickRecipient { return try await checker.place(of: recipient).get() }
        let channel = facts.places.first { if case .channel = $0.recipient { true } else { false } }
        return channel ?? facts.places.first
    }

    private func post(
        to place: RecipientPlace, _ facts: ChatCheck.Facts
    ) async throws -> (PostReference, Card) {
        let context = try signer.sign(
            .approve, requestID: requestID, cluster: cluster, channelID: place.channelID, recipient: "\(place.recipient)",
            issued: now, expires: now.advanced(by: options.clickLimit + .seconds(60)))
        var button = Card.Button(.approve, url: settings.http.callbackURL ?? "", context: context.fields)
        button.name = "It works"
        let subject = Subject(requestID: requestID, user: facts.bot.username, roles: [], reason: "")
        var card = Card(subject, status: .pending, buttons: [button])
        (card.title, card.fallback) = ("Test of teleport-mattermost", "Test of teleport-mattermost: press the button")
        let words = "Whoever set up the plugin is testing whether clicks arrive. Press the button; nothing is decided by it."
        card.fields = [Card.Field(title: "", value: words, isShort: false)]
        testPost.willBeMade(in: place.channelID, by: facts.bot.id, about: requestID, settings.mattermost)
        let post = try await chat.createPost(card, in: place.channelID, pendingPostID: "\(facts.bot.id):\(requestID)")
        testPost.wasMade(post)
        return (post, card)
    }

    /// Checks that the bot may edit its posts. A role or a permission scheme can take that right from all members, and then
    /// posts would show decided requests as pending for ever.
    private func checkEditing(_ post: PostReference, _ card: Card) async {
        let name = "edit own posts"
        do {
            try await chat.updatePost(post, to: card)
            report.add(.ok(name, "the bot can edit its post"))
        } catch {
            report.add(.failed(name, error, otherwise: "See Mattermost's log, and check again."))
        }
    }

    private func removePost() async {
        let name = "delete own posts"
        do {
            try await testPost.remove()
            report.add(.ok(name, "the bot can delete its post"))
        } catch {
            report.add(.failed(name, error, otherwise: Self.byHand))
        }
    }

    private func tell(_ outcome: Outcome?, after time: Duration) async {
        switch outcome {
        case .pressed(let userID, let isProven):
            let user = try? await chat.user(userID)
            let who = user.map { "@\($0.username)" } ?? "the user \(userID)"
            let proof = isProven ? ", which Mattermost's signature proves" : ""
            let tenths = time.components.seconds * 10 + time.components.attoseconds / 100_000_000_000_000_000
            report.add(
                .ok(Self.name, "\(who) pressed the button after \(tenths / 10).\(tenths % 10) s and the click arrived\(proof)"))
        case .unproven(let reason):
            report.add(
                .failed(
                    Self.name, "the click arrived, but \(reason)",
                    mend: "Let the callback be called by the Mattermost of [mattermost] url alone, and check both clocks."))
        case nil:
            report.add(
                .failed(Self.name, "no click arrived in \(options.clickLimit.components.seconds) s", mend: Self.mend))
        }
    }
}

// MARK: - Answers for the listener

extension ClickCheck {
    func verify(_ context: ActionContext) -> Verification {
        // Every cluster name is accepted, as the plugin does while Teleport is away, so that a click on another post is
        // answered.
        Verification(signer.verify(context, cluster: context.cluster, at: now))
    }

    func answer(_ click: VerifiedClick) -> ClickReply<[UInt8]> {
        guard click.action.requestID == requestID else {
            return .answer(
                words("Nothing was decided: the plugin is being tested just now. Please click again in some minutes."))
        }
        let found = judge(click)
        outcome.give(found)
        guard case .pressed = found else { return .answer(words("The click arrived, but was not proven to be yours.")) }
        return .answer(words("The click arrived: it works. This post is removed now."))
    }

    private func judge(_ click: VerifiedClick) -> Outcome {
        guard let key = facts?.key else { return .pressed(userID: click.userID, isProven: false) }
        guard let proof = TriggerID(click.triggerID.reveal())?.proof(under: key) else {
            return .unproven("its proof of who clicked does not match Mattermost's key")
        }
        guard proof.userID == click.userID else { return .unproven("its proof is of another user") }
        let age = now.since(proof.signedAt)
        guard age <= ProofVerifier.window, age >= .zero - ProofVerifier.window else {
            return .unproven("its proof is \(age.components.seconds) s old")
        }
        return .pressed(userID: proof.userID, isProven: true)
    }

    private func words(_ text: String) -> [UInt8] { clickAnswer(update: nil, ephemeral: text) }
}
