import Access
import ActionCrypto
import Base
import CallbackServer
import CircuitBreakers
import Clicks
import Mattermost
import NIOPosix
import Settings
import Telemetry
import Watcher

extension Daemon {
    /// - Parameter started: is given its value once the listener listens.
    func makeListener(_ clicks: ClickService, _ health: Health, started: Once<Void>) -> CallbackServer {
        CallbackServer(
            configuration: CallbackServer.Configuration(
                address: settings.http.listen, tls: tls, pathPrefix: settings.http.publicURL?.path ?? "",
                basicAuth: settings.http.basicAuth.map { BasicAuth(user: $0.user, password: $0.password) },
                trustedProxies: settings.http.trustedProxies, allowedSources: settings.http.allowedSources),
            group: MultiThreadedEventLoopGroup.singleton, logger: logger,
            verify: { [signer, teleport, now] context, _ in
                // Until Teleport has told the cluster's name the signature alone decides. The click is then answered in words.
                let cluster = teleport.clusterName ?? context.cluster
                return Verification(signer.verify(context, cluster: cluster, at: now()))
            },
            readiness: { Readiness(problems: condition(health).reasons.map(\.words)) }, bound: { _ in started.give(()) },
            dialogs: settings.approvals.hasDialogs ? dialogs(clicks) : nil,
            refused: { [audit, now] refused in
                audit.writeRefusedCallbacks(
                    refused.count, from: refused.remote, because: refused.reason, claims: refused.metadata, at: now())
            },
            observe: telemetry.observe,
            decide: { click, respond in
                await clicks.answer(click) { reply in
                    respond(reply.map { clickAnswer(update: $0.update, ephemeral: $0.text) })
                }
            })
    }

    private func dialogs(_ clicks: ClickService) -> CallbackServer.Dialogs {
        CallbackServer.Dialogs(
            open: { [signer] in signer.open($0) },
            decide: { submission, respond in
                await clicks.answer(submission) { reply in respond(reply.map(\.json)) }
            })
    }
}
