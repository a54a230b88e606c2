import Access
import ActionCrypto
import CircuitBreakers
import Clicks
import Mattermost
import Posts
import Settings
import Watcher

/// The parts from which the services for posts and for clicks are made.
struct DaemonParts: Sendable {
    let posts: PostsContext
    let clicks: ClicksContext
    /// The monitoring rules of Teleport; nil if they are switched off.
    let rules: RuleKeeper?
}

extension Daemon {
    /// Makes the parts that the services for posts and for clicks share.
    func makeParts(_ health: Health) -> DaemonParts {
        let clocks = Clocks(now: now, elapsed: elapsed)
        let rules =
            settings.teleport.usesMonitoringRules
            ? RuleKeeper(teleport, zone: SystemZone.clock, health: health, logger: logger) : nil
        let recipients = Recipients(
            settings.mattermost.recipients, monitoring: rules, chat: chat, logger: logger, elapsed: clocks.elapsed)
        let cards = CardMaker(
            teleport: teleport, messages: settings.messages, showsCommands: buttons == nil, now: clocks.now)
        let replica = Replica.newName()
        let posts = PostsContext(
            teleport: teleport, chat: chat, recipients: recipients, cards: cards, buttons: buttons,
            policy: settings.approvals.policy, replica: replica,
            rendering: Rendering(fingerprint: fingerprint, since: clocks.now()),
            options: .init(
                notifiesRequester: settings.notify.requester, remindsBefore: settings.reminders.beforeExpiry,
                postingDelay: settings.posting.delay),
            outage: { [circuits] in circuits.wait }, logger: logger, clocks: clocks)
        let clicks = ClicksContext(
            teleport: teleport,
            chat: chat,
            recipients: recipients, cards: cards, policy: settings.approvals.policy, method: settings.approvals.method,
            reviewsAsPlugin: settings.approvals.reviewsAsPlugin,
            hasButtons: buttons != nil, dialogs: dialogMaker, audit: audit, replica: replica, logger: logger, clocks: clocks)
        return DaemonParts(posts: posts, clicks: clicks, rules: rules)
    }

    private var dialogMaker: DialogMaker {
        DialogMaker(
            ask: settings.approvals.askReason, confirm: settings.approvals.confirm, url: settings.http.dialogURL ?? "",
            seal: { [signer] in try signer.seal($0) })
    }

    /// A digest of everything except the request that determines a post's content. When it changes, the content of open posts
    /// is made anew.
    private var fingerprint: String {
        let parts = [
            "4", settings.http.callbackURL ?? "", settings.approvals.hasButtons ? signer.keyID : "",
            settings.messages.postFingerprint,
        ]
        let bytes = parts.flatMap { [UInt8]("\($0.utf8.count):\($0)".utf8) }
        // Without a digest a random name is used, so every process makes the posts anew. That is correct, although costly.
        let digest = (try? SHA256.hash(bytes)) ?? [UInt8](Replica.newName().utf8)
        return digest.prefix(8).map { Base16.text(of: $0) }.joined()
    }

    /// The maker of the posts' buttons; nil if people decide in Teleport only.
    private var buttons: ButtonMaker? {
        guard settings.approvals.hasButtons, let callbackURL = settings.http.callbackURL else { return nil }
        return ButtonMaker(
            callbackURL: callbackURL, sign: SignedContext(signer: signer, teleport: teleport, logger: logger).make)
    }
}
