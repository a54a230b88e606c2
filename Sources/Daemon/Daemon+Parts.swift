import Access
import ActionCrypto
import CallbackServer
import CircuitBreakers
import Clicks
import Mattermost
import Posts
import Settings
import Telemetry
import Watcher

/// What the services for posts and for clicks work with, for one configuration.
struct DaemonParts: Sendable {
    let posts: PostsContext
    let clicks: ClicksContext
}

/// The present parts. A reload of the configuration replaces them while the services run.
struct LiveParts: Sendable {
    let posts: Live<PostsContext>
    let clicks: Live<ClicksContext>

    init(_ parts: DaemonParts) { (posts, clicks) = (Live(parts.posts), Live(parts.clicks)) }

    func replace(with parts: DaemonParts) {
        posts.replace(with: parts.posts)
        clicks.replace(with: parts.clicks)
    }
}

/// What stays the same for the life of the process, whatever the configuration.
struct LastingParts: Sendable {
    let replica = Replica.newName()
    let evidence = GoneEvidence()
    let neighbours = Neighbours()
}

extension Daemon {
    /// Makes the keeper of Teleport's monitoring rules; nil if they are switched off.
    func makeRules(_ health: Health) -> RuleKeeper? {
        guard settings.teleport.usesMonitoringRules else { return nil }
        return RuleKeeper(
            teleport, zone: SystemZone.clock, health: health, logger: logger, clock: clock, observe: telemetry.observe)
    }

    /// Makes the parts that the services for posts and for clicks share.
    /// - Parameters:
    ///   - rules: the monitoring rules of Teleport; nil if they are switched off.
    ///   - before: how posts were made until now. While their looks do not change, that stays in force, so that they are not
    ///     made anew.
    func makeParts(
        _ settings: Settings, signer: ActionSigner, rules: RuleKeeper?, before: Rendering? = nil
    ) -> DaemonParts {
        let clocks = Clocks(now: now, elapsed: elapsed)
        let recipients = Recipients(
            settings.mattermost.recipients, monitoring: rules, chat: chat, logger: logger, elapsed: clocks.elapsed)
        let buttons = buttons(settings, signer)
        let cards = CardMaker(
            teleport: teleport, messages: settings.messages, showsCommands: buttons == nil, now: clocks.now,
            neighbours: lasting.neighbours)
        let fingerprint = fingerprint(settings, signer)
        let rendering =
            before.flatMap { $0.fingerprint == fingerprint ? $0 : nil }
            ?? Rendering(fingerprint: fingerprint, since: clocks.now())
        let posts = PostsContext(
            teleport: teleport, chat: chat, recipients: recipients, cards: cards, buttons: buttons,
            policy: settings.approvals.policy, replica: lasting.replica,
            rendering: rendering,
            options: .init(
                notifiesRequester: settings.notify.requester, reminders: settings.reminders.steps,
                postingDelay: settings.posting.delay),
            outage: { [circuits] in circuits.wait }, evidence: lasting.evidence, logger: logger, clocks: clocks,
            observe: { [telemetry, trim] happening in
                telemetry.observe(happening)
                switch happening {
                case .posted, .wrote: trim.count()
                case .swept(let count): trim.count(count)
                default: break
                }
            })
        let clicks = ClicksContext(
            teleport: teleport,
            chat: chat,
            recipients: recipients, cards: cards, policy: settings.approvals.policy, method: settings.approvals.method,
            reviewsAsPlugin: settings.approvals.reviewsAsPlugin,
            hasButtons: buttons != nil, dialogs: dialogMaker(settings, signer), audit: audit, replica: lasting.replica,
            logger: logger, clocks: clocks, observe: telemetry.observe)
        return DaemonParts(posts: posts, clicks: clicks)
    }

    private func dialogMaker(_ settings: Settings, _ signer: ActionSigner) -> DialogMaker {
        DialogMaker(
            ask: settings.approvals.askReason, confirm: settings.approvals.confirm, url: settings.http.dialogURL ?? "",
            seal: { try signer.seal($0) })
    }

    /// A digest of everything except the request that determines a post's content. When it changes, the content of open posts
    /// is made anew.
    private func fingerprint(_ settings: Settings, _ signer: ActionSigner) -> String {
        let parts = [
            "5", settings.http.callbackURL ?? "", settings.approvals.hasButtons ? signer.keyID : "",
            settings.messages.postFingerprint,
            WhoDecides.fingerprint(settings.approvals.policy, settings.mattermost.recipients),
        ]
        let bytes = parts.flatMap { [UInt8]("\($0.utf8.count):\($0)".utf8) }
        // Without a digest a random name is used, so every process makes the posts anew. That is correct, although costly.
        let digest = (try? SHA256.hash(bytes)) ?? [UInt8](Replica.newName().utf8)
        return digest.prefix(8).map { Base16.text(of: $0) }.joined()
    }

    /// The maker of the posts' buttons; nil if people decide in Teleport only.
    private func buttons(_ settings: Settings, _ signer: ActionSigner) -> ButtonMaker? {
        guard settings.approvals.hasButtons, let callbackURL = settings.http.callbackURL else { return nil }
        return ButtonMaker(
            callbackURL: callbackURL, sign: SignedContext(signer: signer, teleport: teleport, logger: logger).make)
    }
}
