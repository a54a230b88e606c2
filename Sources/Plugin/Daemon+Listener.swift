import Access
import ActionCrypto
import CallbackServer
import Mattermost
import NIOPosix
import Watcher

extension Daemon {
    /// - Parameter proofs: nil where the callback is believed about who clicked.
    func makeListener(
        _ desk: ClickDesk, _ proofs: ProofDesk?, _ health: Health, _ circuits: Circuits
    ) -> CallbackServer {
        CallbackServer(
            configuration: CallbackServer.Configuration(
                address: settings.http.listen, tls: tls, pathPrefix: settings.http.publicURL?.path ?? "",
                basicAuth: settings.http.basicAuth.map { BasicAuth(user: $0.user, password: $0.password) },
                trustedProxies: settings.http.trustedProxies, allowedSources: settings.http.allowedSources),
            group: MultiThreadedEventLoopGroup.singleton, logger: logger,
            verify: { [signer, teleport, now] context, _ in
                // Before Teleport told its name the signature alone decides; the click is then answered in words.
                let cluster = teleport.clusterName ?? context.cluster
                return Verification(signer.verify(context, cluster: cluster, at: now()))
            },
            readiness: { [teleport, logFiles, now] in
                Readiness(health, teleport.status, logFiles.compactMap(\.trouble), asked: circuits.asked(at: now()))
            },
            dialogs: settings.approvals.hasDialogs ? dialogs(desk, proofs) : nil,
            refused: { [audit, now] in audit.write($0, at: now()) },
            decide: { [now] click in
                guard let proofs else {
                    return .answer(await Self.answer(Click(click, isProven: false, at: now()), desk, click.triggerID))
                }
                return await proofs.answer(click) {
                    await Self.answer(Click(click, isProven: true, at: now()), desk, click.triggerID)
                }
            })
    }

    private func dialogs(_ desk: ClickDesk, _ proofs: ProofDesk?) -> CallbackServer.Dialogs {
        CallbackServer.Dialogs(
            open: { [signer] in signer.open($0) },
            decide: { submission in
                guard let proofs else { return .answer(await desk.answer(submission).json) }
                return await proofs.answer(submission) { await desk.answer(submission, proof: $0).json }
            })
    }

    private static func answer(_ click: Click, _ desk: ClickDesk, _ triggerID: Secret<String>) async -> [UInt8] {
        let answer = await desk.answer(click, triggerID: triggerID)
        return clickAnswer(update: answer.update, ephemeral: answer.text)
    }
}

extension Readiness {
    /// What the role lacks is told beside the watch's own failure, which may be the same.
    fileprivate init(_ health: Health, _ status: ConnectionStatus, _ lost: [String], asked: String?) {
        let reasons = health.reasons.map { "\($0.part.rawValue): \($0.problem)" } + (asked.map { ["mattermost: \($0)"] } ?? [])
        let denials = status.denials.filter { $0 != status.lastFailure }.map { "teleport: \($0)" }
        var gauges = [Gauge("teleport_connected", "1 while requests are watched.", status.connected ? 1 : 0)]
        if let expires = status.identityExpires {
            gauges.append(
                Gauge(
                    "identity_expiry_timestamp_seconds", "When the client certificate for Teleport expires, in Unix time.",
                    expires.milliseconds / 1000))
        }
        self.init(
            problems: reasons + denials, notes: status.notes + health.notes.map { "\($0.part.rawValue): \($0.note)" } + lost,
            gauges: gauges)
    }
}

extension Click {
    init(_ click: VerifiedClick, isProven: Bool, at now: Timestamp) {
        self.init(
            requestID: click.action.requestID, decision: click.action.decision,
            cluster: click.action.binding?.cluster, userID: click.userID,
            post: PostReference(channelID: click.channelID, postID: click.postID),
            isExpired: click.action.binding.map { $0.expires <= now } ?? false,
            isProven: isProven, remote: click.remoteAddress)
    }
}
